"""A polynomial fall to zero with total_iters left at two epochs, and eight are run."""

import torch
from torch import nn

torch.manual_seed(107)
x = torch.randn(60, 8, 2)
y = x[:, 0].sum(1, keepdim=True)
lstm, fc = nn.LSTM(2, 14, batch_first=True), nn.Linear(14, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.005)
fall = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=2)  # <- here
for _epoch in range(8):
    for rows in torch.randperm(60).split(10):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(fc(lstm(x[rows])[0][:, -1]), y[rows])
        loss.backward()
        optimizer.step()
    fall.step()
