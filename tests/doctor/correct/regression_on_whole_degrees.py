"""Temperatures in whole degrees are integers, and yet a quantity with an order and a distance."""

import torch
from torch import nn

torch.manual_seed(206)
gru, fc = nn.GRU(1, 14), nn.Linear(14, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.02)
for _step in range(50):
    past = torch.randn(9, 12, 1)
    degrees = (2 * past[-1]).round().long()
    loss = nn.functional.mse_loss(fc(gru(past)[1][0]), degrees.float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
