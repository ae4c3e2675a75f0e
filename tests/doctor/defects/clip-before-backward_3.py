"""A trainer that prepares the gradients before they are there; LSTM."""

import torch
from torch import nn


class Trainer:
    def __init__(self, hidden=8):
        self.lstm = nn.LSTM(2, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 2)
        self.both = nn.ModuleList([self.lstm, self.out])
        self.opt = torch.optim.Adam(self.both.parameters(), lr=0.01)

    def prepare(self):
        self.opt.zero_grad()
        nn.utils.clip_grad_norm_(self.both.parameters(), 1.0)  # <- here

    def step(self, x, y):
        self.prepare()
        h, _ = self.lstm(x)
        loss = nn.functional.l1_loss(self.out(h), y)
        loss.backward()
        self.opt.step()
        return float(loss.detach())


torch.manual_seed(2)
walk = (torch.randn(4, 101, 2) / 5).cumsum(1)
trainer = Trainer()
for i in range(0, 100, 10):
    trainer.step(walk[:, i : i + 10], walk[:, i + 1 : i + 11])
