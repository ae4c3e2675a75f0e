"""A list of losses, one a step, stacked and given to backward."""

import torch
from torch import nn

torch.manual_seed(1)
cell, out = nn.GRUCell(1, 12), nn.Linear(12, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *out.parameters()], lr=0.01)
mse = nn.MSELoss()
for _ in range(20):
    walk = torch.randn(8, 10, 1).cumsum(1) / 3
    h = torch.zeros(8, 12)
    step_losses = []
    for t in range(9):
        h = cell(walk[:, t], h)
        step_losses.append(mse(out(h), walk[:, t + 1]))
    optimizer.zero_grad()
    torch.stack(step_losses).backward()  # <- here
    optimizer.step()
