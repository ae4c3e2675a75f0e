"""Two tasks on one body, a backward each, summed on purpose: nothing is there to divide."""

import torch
from torch import nn

torch.manual_seed(127)
body, sign, size = nn.GRU(1, 12), nn.Linear(12, 2), nn.Linear(12, 1)
optimizer = torch.optim.Adam(nn.ModuleList([body, sign, size]).parameters(), lr=0.02)
for _step in range(40):
    optimizer.zero_grad()
    x = torch.randn(7, 10, 1)
    first = nn.functional.cross_entropy(sign(body(x)[1][0]), (x[-1, :, 0] > 0).long())
    first.backward()
    x = torch.randn(7, 10, 1)
    second = nn.functional.mse_loss(size(body(x)[1][0]), x[-1].abs())
    second.backward()
    optimizer.step()
