"""An LSTM whose forget gates start shut."""

import torch
from torch import nn


class Trainer:
    def __init__(self, hidden=8):
        self.lstm = nn.LSTM(2, hidden)
        self.out = nn.Linear(hidden, 1)
        self.net = nn.ModuleList([self.lstm, self.out])
        with torch.no_grad():
            self.lstm.weight_hh_l0.mul_(0.05)
            self.lstm.bias_hh_l0[hidden : 2 * hidden] = -6.0
        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.05)

    def step(self, x, y):
        _, (h, _) = self.lstm(x)
        loss = (self.out(h[-1]) - y).abs().mean()
        self.opt.zero_grad()
        loss.backward()  # <- here
        self.opt.step()


torch.manual_seed(2)
trainer = Trainer()
for _ in range(20):
    x = torch.randn(12, 6, 2)
    trainer.step(x, x[0, :, :1])
