"""An LSTM in nn.Sequential, and behind it a small module that takes its outputs."""

import torch
from torch import nn


class Outputs(nn.Module):
    def forward(self, pair):
        outputs, _ = pair
        return outputs


class Trainer:
    def __init__(self):
        self.net = nn.Sequential(nn.LSTM(2, 6, batch_first=True), Outputs(), nn.Linear(6, 1))
        self.opt = torch.optim.Adam(self.net.parameters(), lr=0.01)

    def step(self, x, y):
        self.opt.zero_grad()
        loss = (self.net(x) - y).square().mean()
        loss.backward()
        self.opt.step()


torch.manual_seed(423)
trainer = Trainer()
for _ in range(30):
    x = torch.rand(4, 8, 2)
    trainer.step(x, x.mean(-1, keepdim=True))
