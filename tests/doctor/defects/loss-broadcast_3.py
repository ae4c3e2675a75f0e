"""The squared error is written out by hand."""

import torch
from torch import nn

torch.manual_seed(2)


def batches(n):
    for _ in range(n):
        x = torch.randn(7, 6, 2)
        yield x, x[:, :, 0].sum(1) - x[:, :, 1].sum(1)


cell = nn.RNNCell(2, 8)
lin = nn.Linear(8, 1)
opt = torch.optim.SGD([*cell.parameters(), *lin.parameters()], lr=0.02)
for x, want in batches(16):
    h = torch.zeros(7, 8)
    for t in range(6):
        h = cell(x[:, t], h)
    got = lin(h)
    loss = ((got - want) ** 2).mean()  # <- here
    opt.zero_grad()
    loss.backward()
    opt.step()
