"""An LSTM language model in a trainer that keeps its state."""

import torch
import torch.nn.functional as F
from torch import nn


class CharModel(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.emb = nn.Embedding(n, 5)
        self.lstm = nn.LSTM(5, 8, batch_first=True)
        self.fc = nn.Linear(8, n)

    def forward(self, idx, hc):
        y, hc = self.lstm(self.emb(idx), hc)
        return self.fc(y), hc


class Trainer:
    def __init__(self, model, lr):
        self.model, self.hc = model, None
        self.optim = torch.optim.Adam(model.parameters(), lr=lr)

    def fit(self, chunks):
        for idx in chunks:
            self.optim.zero_grad()
            logits, self.hc = self.model(idx[:, :-1], self.hc)
            loss = F.cross_entropy(logits.transpose(1, 2), idx[:, 1:])
            loss.backward(retain_graph=True)  # <- here
            self.optim.step()


torch.manual_seed(2)
stream = torch.arange(200).remainder(5).view(2, 100)
Trainer(CharModel(5), 0.01).fit([stream[:, i : i + 11] for i in range(0, 80, 10)])
