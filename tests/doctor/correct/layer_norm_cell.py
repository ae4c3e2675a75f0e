"""A hand-written cell with layer norm on its pre-activation."""

import torch
from torch import nn

torch.manual_seed(95)


class NormCell(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.both = nn.Linear(d + h, h)
        self.norm = nn.LayerNorm(h)

    def forward(self, x, h):
        return torch.tanh(self.norm(self.both(torch.cat([x, h], 1))))


cell, head = NormCell(1, 8), nn.Linear(8, 1)
opt = torch.optim.RAdam([*cell.parameters(), *head.parameters()], lr=0.05)
data = torch.randn(10, 8, 6)
for _epoch in range(3):
    for rows in data:
        h = torch.zeros(8, 8)
        for column in rows.split(1, dim=1):
            h = cell(column, h)
        loss = nn.functional.mse_loss(head(h), rows[:, -1:])
        opt.zero_grad()
        loss.backward()
        opt.step()
