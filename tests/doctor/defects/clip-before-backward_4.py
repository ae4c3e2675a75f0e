"""Gradients are set to zeros, and zeros are what is clipped; the cell is stepped by hand."""

import torch
from torch import nn

torch.manual_seed(3)
cell, read = nn.RNNCell(1, 7), nn.Linear(7, 1)
model = nn.ModuleList([cell, read])
optimizer = torch.optim.RMSprop(model.parameters(), lr=0.005)


def loss_of(x):
    h = torch.zeros(x.shape[1], 7)
    total = torch.zeros(())
    for t in range(len(x) - 1):
        h = cell(x[t], h)
        total = total + (read(h) - x[t + 1]).square().mean()
    return total / (len(x) - 1)


for _ in range(14):
    phase = torch.rand(1, 5, 1) * 6
    x = torch.sin(torch.arange(10.0).view(10, 1, 1) / 2 + phase)
    optimizer.zero_grad(set_to_none=False)
    loss = loss_of(x)
    nn.utils.clip_grad_norm_(model.parameters(), 0.1, foreach=False)  # <- here
    loss.backward()
    optimizer.step()
