"""Dropout is asked for in an LSTM of a single layer, where there is nothing to drop between."""

import torch
from torch import nn

torch.manual_seed(191)
x = torch.randn(80, 8, 1)
y = x.mean(1)
lstm = nn.LSTM(1, 12, num_layers=1, dropout=0.5, batch_first=True)  # <- here
head = nn.Linear(12, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(5):
    for rows in torch.randperm(80).split(10):
        optimizer.zero_grad()
        out, _ = lstm(x[rows])
        loss = nn.functional.mse_loss(head(out[:, -1]), y[rows])
        loss.backward()
        optimizer.step()
