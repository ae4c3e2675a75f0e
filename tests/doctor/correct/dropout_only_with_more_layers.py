"""Dropout between the layers is asked for only where there is more than one of them."""

import torch
from torch import nn


def stack(layers, dropout=0.3):
    between = dropout if layers > 1 else 0.0
    return nn.LSTM(1, 12, num_layers=layers, dropout=between, batch_first=True)


torch.manual_seed(192)
x = torch.randn(60, 8, 1)
y = x.mean(1)
for layers in (1, 2):
    lstm, head = stack(layers), nn.Linear(12, 1)
    optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.02)
    for _epoch in range(5):
        for rows in torch.randperm(60).split(10):
            optimizer.zero_grad()
            out, _ = lstm(x[rows])
            loss = nn.functional.mse_loss(head(out[:, -1]), y[rows])
            loss.backward()
            optimizer.step()
