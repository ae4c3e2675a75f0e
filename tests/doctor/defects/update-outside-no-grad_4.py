"""Momentum by hand in an optimizer class of one's own, that forgets to leave autograd."""

import torch
from torch import nn


class Momentum:
    def __init__(self, params, lr, beta=0.8):
        self.params = list(params)
        self.lr, self.beta = lr, beta
        self.speed = [torch.zeros_like(p) for p in self.params]

    def step(self):
        for p, v in zip(self.params, self.speed, strict=True):
            v.mul_(self.beta).add_(p.grad)
            p.add_(v, alpha=-self.lr)  # <- here


torch.manual_seed(3)
net = nn.ModuleDict({"rnn": nn.RNN(1, 8), "fc": nn.Linear(8, 1)})
sgd = Momentum(net.parameters(), lr=0.02)
for _ in range(20):
    x = torch.randn(6, 12, 1)
    loss = (net["fc"](net["rnn"](x)[0][-1]) - x[-1]).square().mean()
    net.zero_grad()
    loss.backward()
    sgd.step()
