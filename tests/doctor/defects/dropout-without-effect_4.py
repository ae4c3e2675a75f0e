"""Two LSTMs one above the other, each of one layer, the first of them with dropout."""

import torch
from torch import nn

torch.manual_seed(197)
lower = nn.LSTM(1, 10, 1, dropout=0.4)  # <- here
upper, fc = nn.LSTM(10, 10), nn.Linear(10, 1)
opt = torch.optim.Adam(nn.ModuleList([lower, upper, fc]).parameters(), lr=0.01)
for _ in range(40):
    x = torch.rand(7, 10, 1)
    opt.zero_grad()
    loss = nn.functional.mse_loss(fc(upper(lower(x)[0])[0][-1]), x.mean(0))
    loss.backward()
    opt.step()
