"""Inputs and targets of a random process come from one data set that holds the windows twice."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(25)
prices = (torch.randn(500) * 0.1).cumsum(0)
windows = prices.unfold(0, 12, 4).unsqueeze(-1)
next_step = DataLoader(TensorDataset(windows, windows), batch_size=15, shuffle=True)
gru, forecast = nn.GRU(1, 16, batch_first=True), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *forecast.parameters()], lr=0.01)
for _epoch in range(5):
    for window, next_values in next_step:
        optimizer.zero_grad()
        out, _ = gru(window)
        loss = nn.functional.mse_loss(forecast(out), next_values)  # <- here
        loss.backward()
        optimizer.step()
