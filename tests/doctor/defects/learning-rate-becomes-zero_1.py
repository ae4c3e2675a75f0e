"""gamma is what the rate is multiplied by, not what is taken off it."""

import torch
from torch import nn

torch.manual_seed(101)
x = torch.randn(80, 9, 2)
y = x[:, :, :1].amax(1)
gru, head = nn.GRU(2, 12, batch_first=True), nn.Linear(12, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.005)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.0)  # <- here
for _epoch in range(6):
    for rows in torch.randperm(80).split(10):
        optimizer.zero_grad()
        _, h = gru(x[rows])
        loss = nn.functional.mse_loss(head(h[-1]), y[rows])
        loss.backward()
        optimizer.step()
    scheduler.step()
