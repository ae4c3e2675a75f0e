"""Validation without eval(): the only dropout has p=0, so the mode changes nothing."""

import torch
from torch import nn

torch.manual_seed(149)
x = torch.randn(100, 7, 1)
y = x[:, -2:].sum(1)
gru, fc = nn.GRU(1, 16, batch_first=True), nn.Sequential(nn.Dropout(0.0), nn.Linear(16, 1))
optimizer = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.01)
loss_fn = nn.MSELoss()
for _epoch in range(6):
    for idx in torch.randperm(80).split(10):
        loss = loss_fn(fc(gru(x[idx])[0][:, -1]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        valid_loss = loss_fn(fc(gru(x[80:])[0][:, -1]), y[80:]).item()
