"""Backward of a vector of losses is given its weights, so it need not be a scalar."""

import torch
from torch import nn

torch.manual_seed(152)
lstm, fc = nn.LSTM(1, 10, batch_first=True), nn.Linear(10, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.02)
for _ in range(40):
    x = torch.randn(10, 6, 1)
    losses = (fc(lstm(x)[0][:, -1]) - x[:, -2:].sum(1)).square().squeeze(1)
    optimizer.zero_grad()
    losses.backward(torch.full((10,), 0.1))
    optimizer.step()
