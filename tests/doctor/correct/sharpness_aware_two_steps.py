"""Uphill by hand, a second backward there, back again, and one step: sharpness-aware descent."""

import torch
from torch import nn

torch.manual_seed(147)
gru, fc = nn.GRU(1, 10), nn.Linear(10, 1)
params = [*gru.parameters(), *fc.parameters()]
optimizer = torch.optim.SGD(params, lr=0.1)
for _ in range(30):
    x = torch.randn(7, 10, 1)
    optimizer.zero_grad()
    nn.functional.mse_loss(fc(gru(x)[0]), 0.5 * x + 0.5).backward()
    with torch.no_grad():
        norm = torch.stack([p.grad.norm() for p in params]).norm()
        climbs = [0.02 * p.grad / norm for p in params]
        for p, climb in zip(params, climbs, strict=True):
            p += climb
    optimizer.zero_grad()
    nn.functional.mse_loss(fc(gru(x)[0]), 0.5 * x + 0.5).backward()
    with torch.no_grad():
        for p, climb in zip(params, climbs, strict=True):
            p -= climb
    optimizer.step()
