"""Inner loop of micro-batches; the optimizer is cleared inside it, a line too deep."""

import torch
from torch import nn

torch.manual_seed(115)
cell, fc = nn.LSTMCell(1, 10), nn.Linear(10, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *fc.parameters()], lr=0.01)
for _group in range(15):
    x = torch.randn(5, 12, 1)
    for part in x.split(3, dim=1):
        optimizer.zero_grad()  # <- here
        state = None
        for value in part:
            state = cell(value, state)
        loss = nn.functional.mse_loss(fc(state[0]), part.mean(0))
        (0.25 * loss).backward()
    optimizer.step()
