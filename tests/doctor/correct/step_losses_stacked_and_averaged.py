"""A list of losses, one a step, stacked and averaged before backward."""

import torch
from torch import nn

torch.manual_seed(126)
cell, out = nn.GRUCell(1, 12), nn.Linear(12, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *out.parameters()], lr=0.02)
mse = nn.MSELoss()
for _ in range(30):
    walk = torch.randn(8, 10, 1).cumsum(1) / 3
    h = torch.zeros(8, 12)
    step_losses = []
    for t in range(9):
        h = cell(walk[:, t], h)
        step_losses.append(mse(out(h), walk[:, t + 1]))
    optimizer.zero_grad()
    torch.stack(step_losses).mean().backward()
    optimizer.step()
