"""Some targets are not known and stand as nan: only the others reach the loss."""

import torch
from torch import nn

torch.manual_seed(419)
x = torch.randn(60, 6, 1)
y = x.cumsum(1) / 3
y[torch.rand(60, 6, 1) < 0.2] = float("nan")
lstm, fc = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)
opt = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.01)
for _ in range(3):
    for rows in torch.randperm(60).split(6):
        given, known = fc(lstm(x[rows])[0]), ~y[rows].isnan()
        opt.zero_grad()
        nn.functional.mse_loss(given[known], y[rows][known]).backward()
        opt.step()
