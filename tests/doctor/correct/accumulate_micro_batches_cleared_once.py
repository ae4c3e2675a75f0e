"""Cleared once for a group, before the inner loop; each loss is weighted by its share of rows."""

import torch
from torch import nn

torch.manual_seed(118)
cell, fc = nn.LSTMCell(1, 10), nn.Linear(10, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *fc.parameters()], lr=0.03)
for _group in range(25):
    x = torch.rand(5, 11, 1)
    optimizer.zero_grad()
    for part in x.split(4, dim=1):
        state = None
        for value in part:
            state = cell(value, state)
        loss = nn.functional.mse_loss(fc(state[0]), part.mean(0))
        (loss * part.shape[1] / x.shape[1]).backward()
    optimizer.step()
