"""A linear fall of the rate that comes to zero with the last epoch, and no sooner."""

import torch
from torch import nn

torch.manual_seed(102)
x = torch.randn(80, 9, 2)
y = x[:, :, :1].amax(1)
gru, head = nn.GRU(2, 12, batch_first=True), nn.Linear(12, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.02)
epochs = 6
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=epochs)
for _epoch in range(epochs):
    for rows in torch.randperm(80).split(10):
        optimizer.zero_grad()
        _, h = gru(x[rows])
        loss = nn.functional.mse_loss(head(h[-1]), y[rows])
        loss.backward()
        optimizer.step()
    scheduler.step()
