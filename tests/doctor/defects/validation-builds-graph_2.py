"""Accuracy of a GRU after each epoch, in a function."""

import torch
import torch.nn.functional as F
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 6, batch_first=True)
        self.fc = nn.Linear(6, 2)

    def forward(self, x):
        return self.fc(self.gru(x)[0])


def accuracy(model, batches):
    model.eval()
    right = count = 0
    for x, y in batches:
        scores = model(x)  # <- here
        right += (scores.argmax(-1) == y).sum().item()
        count += y.numel()
    return right / count


def train_epoch(model, batches, opt):
    model.train()
    for x, y in batches:
        logits = model(x)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        opt.zero_grad()
        loss.backward()
        opt.step()


torch.manual_seed(1)
x = torch.randn(15, 4, 8, 1)
y = (x.cumsum(2) > 0).long().squeeze(-1)
pairs = list(zip(x, y, strict=True))
net = Tagger()
adam = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(2):
    train_epoch(net, pairs[:10], adam)
    accuracy(net, pairs[10:])
