"""Rows of zeros behind the end of each sequence are masked out of the loss."""

import torch
from torch import nn

torch.manual_seed(186)
cell, fc = nn.GRUCell(1, 14), nn.Linear(14, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *fc.parameters()], lr=0.02)
for _step in range(40):
    x = torch.randn(10, 7, 1)
    lengths = torch.randint(3, 8, (10,)).sort(descending=True).values
    mask = torch.arange(7) < lengths[:, None]
    outputs, h = torch.zeros(10, 7, 1), torch.zeros(10, 14)
    for t in range(int(lengths[0])):
        n = int((lengths > t).sum())
        h = cell(x[:n, t], h[:n])
        outputs[:n, t] = fc(h)
    loss = (outputs - 0.7 * x - 0.5).square().squeeze(-1)[mask].mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
