"""Smooth L1 made with the forecasts and the truth, its reduction named."""

import torch
from torch import nn

torch.manual_seed(3)
cell, out = nn.RNNCell(1, 10), nn.Linear(10, 1)
opt = torch.optim.Adam([*cell.parameters(), *out.parameters()], lr=0.01)
for _ in range(20):
    x = torch.randn(12, 6, 1)
    h = torch.zeros(12, 10)
    for t in range(6):
        h = cell(x[:, t], h)
    loss = nn.SmoothL1Loss(out(h), x[:, -2], reduction="mean")  # <- here
    opt.zero_grad()
    loss.backward()
    opt.step()
