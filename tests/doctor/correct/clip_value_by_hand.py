"""Clipping by value with clamp_ in a loop over all gradients."""

import torch
from torch import nn

torch.manual_seed(62)
g, d = nn.GRU(2, 8, batch_first=True), nn.Linear(8, 2)
theta = [*g.parameters(), *d.parameters()]
opt = torch.optim.SGD(theta, lr=0.5)
for _ in range(2):
    for _ in range(10):
        x = torch.randn(8, 6, 2)
        y = x.flip(2) * 0.5
        loss = nn.functional.mse_loss(d(g(x)[0]), y)
        opt.zero_grad()
        loss.backward()
        for p in theta:
            p.grad.clamp_(-0.2, 0.2)
        opt.step()
