"""softplus behind the head, and durations, which are above zero."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(178)
lstm, fc = nn.LSTM(1, 16, batch_first=True), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.02)
for _step in range(50):
    x = torch.randn(12, 8, 1)
    duration = x[:, -1].clamp(min=0) + 0.1
    optimizer.zero_grad()
    loss = F.mse_loss(F.softplus(fc(lstm(x)[0][:, -1])), duration)
    loss.backward()
    optimizer.step()
