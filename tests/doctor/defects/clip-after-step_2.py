"""LSTM over text, state carried; zero_grad comes first in the next round."""

import torch
import torch.nn.functional as F
from torch import nn


class CharLSTM(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.emb = nn.Embedding(n, 6)
        self.lstm = nn.LSTM(6, 8, batch_first=True)
        self.head = nn.Linear(8, n)

    def forward(self, idx, hc=None):
        z, hc = self.lstm(self.emb(idx), hc)
        return self.head(z), hc


def train(net, ids, lr):
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    hc = None
    for i in range(0, ids.shape[1] - 10, 10):
        if hc is not None:
            hc = (hc[0].detach(), hc[1].detach())
        opt.zero_grad()
        logits, hc = net(ids[:, i : i + 10], hc)
        loss = F.cross_entropy(logits.flatten(0, 1), ids[:, i + 1 : i + 11].flatten())
        loss.backward()
        opt.step()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 0.25)  # <- here


torch.manual_seed(1)
text = "abcabdabe" * 40
train(CharLSTM(5), torch.tensor([ord(c) - 97 for c in text])[:244].view(2, 122), 0.01)
