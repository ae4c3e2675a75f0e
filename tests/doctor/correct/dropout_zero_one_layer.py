"""One layer with dropout=0.0, which asks for nothing; two layers with 0.1 above it."""

import torch
from torch import nn

torch.manual_seed(198)
lower, upper = nn.LSTM(1, 10, 1, dropout=0.0), nn.LSTM(10, 10, 2, dropout=0.1)
fc = nn.Linear(10, 1)
opt = torch.optim.Adam(nn.ModuleList([lower, upper, fc]).parameters(), lr=0.02)
for _ in range(40):
    x = torch.rand(7, 10, 1)
    opt.zero_grad()
    loss = nn.functional.mse_loss(fc(upper(lower(x)[0])[0][-1]), x.mean(0))
    loss.backward()
    opt.step()
