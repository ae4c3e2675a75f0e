"""By hand: the updates go to copies of the weights, which no model reads."""

import torch
from torch import nn

torch.manual_seed(223)
cell, fc = nn.GRUCell(1, 8), nn.Linear(8, 1)
modules = nn.ModuleList([cell, fc])
weights = [p.detach().clone() for p in modules.parameters()]
for _step in range(20):
    x = torch.randn(6, 8, 1)
    h = torch.zeros(8, 8)
    for value in x:
        h = cell(value, h)
    loss = nn.functional.mse_loss(fc(h), x[-1])
    loss.backward()  # <- here
    for w, p in zip(weights, modules.parameters(), strict=True):
        w -= 0.1 * p.grad
        p.grad = None
