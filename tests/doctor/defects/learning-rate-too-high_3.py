"""Momentum on top of a large step; LSTM over a series, state carried."""

import torch
from torch import nn


class Trainer:
    def __init__(self, lr):
        self.lstm = nn.LSTM(1, 8)
        self.out = nn.Linear(8, 1)
        self.model = nn.ModuleList([self.lstm, self.out])
        self.opt = torch.optim.SGD(self.model.parameters(), lr=lr, momentum=0.9)
        self.hc = None

    def step(self, x, y):
        z, hc = self.lstm(x, self.hc)
        self.hc = tuple(s.detach() for s in hc)
        loss = (self.out(z) - y).square().mean()
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()  # <- here


torch.manual_seed(2)
wave = torch.sin(torch.arange(0, 51, 0.25)).view(-1, 1, 1)
trainer = Trainer(lr=1.0)
for i in range(0, 200, 10):
    trainer.step(wave[i : i + 10], wave[i + 1 : i + 11])
