"""Descent by hand: gradients are clipped by their norm, used, and set to None."""

import torch
from torch import nn

torch.manual_seed(228)
gru, fc = nn.GRU(1, 10), nn.Linear(10, 1)
weights = [*gru.parameters(), *fc.parameters()]
for _step in range(40):
    x = torch.rand(7, 10, 1)
    loss = nn.functional.mse_loss(fc(gru(x)[0]), x + 0.5)
    loss.backward()
    norm = torch.stack([w.grad.norm() for w in weights]).norm()
    factor = min(1.0, 1.0 / norm.item())
    for w in weights:
        w.data.add_(w.grad, alpha=-0.1 * factor)
        w.grad = None
