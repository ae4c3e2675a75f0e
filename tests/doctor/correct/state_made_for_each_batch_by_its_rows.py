"""Each batch gets zeros of as many rows as it has; the last one is smaller."""

import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self, hidden=8, layers=2):
        super().__init__()
        self.lstm, self.out = nn.LSTM(3, hidden, layers), nn.Linear(hidden, 2)

    def first(self, rows):
        shape = (self.lstm.num_layers, rows, self.lstm.hidden_size)
        return torch.zeros(shape), torch.zeros(shape)

    def forward(self, x):  # (T, B, 3)
        return self.out(self.lstm(x, self.first(x.size(1)))[0])


torch.manual_seed(434)
tagger = Tagger()
optimizer = torch.optim.Adagrad(tagger.parameters(), lr=0.05)
x = torch.randn(6, 45, 3)
tags = (x.sum(-1) > 0).long()
for _ in range(4):
    for part, tag in zip(x.split(10, 1), tags.split(10, 1), strict=True):
        scores = tagger(part)
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), tag.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
