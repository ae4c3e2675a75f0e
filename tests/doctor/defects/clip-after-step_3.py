"""Update in a method of its own, clip by value, own cell."""

import torch
from torch import nn


class OwnCell(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.U = nn.Parameter(torch.randn(d, h) * 0.5)
        self.W = nn.Parameter(torch.randn(h, h) * 0.3)
        self.V = nn.Parameter(torch.randn(h, 1) * 0.5)

    def forward(self, x):
        h = torch.zeros(x.size(0), self.W.size(0))
        for t in range(x.size(1)):
            h = torch.tanh(x[:, t] @ self.U + h @ self.W)
        return h @ self.V


class Trainer:
    def __init__(self, net):
        self.net, self.opt = net, torch.optim.SGD(net.parameters(), lr=0.1)

    def update(self, x, y):
        self.opt.zero_grad()
        (self.net(x) - y).abs().mean().backward()
        self.opt.step()
        nn.utils.clip_grad_value_(self.net.parameters(), 0.5)  # <- here


torch.manual_seed(2)
trainer = Trainer(OwnCell(2, 6))
for _ in range(20):
    x = torch.rand(6, 6, 2)
    trainer.update(x, x[:, -3:].mean((1, 2), keepdim=True)[:, 0])
