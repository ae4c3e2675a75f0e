"""Two stages: the head alone, then everything, each with an optimizer of its own."""

import torch
from torch import nn

torch.manual_seed(137)
gru, fc = nn.GRU(1, 10, batch_first=True), nn.Linear(10, 1)
x = torch.randn(60, 7, 1)
for params, lr in ((fc.parameters(), 0.02), ([*gru.parameters(), *fc.parameters()], 0.01)):
    optimizer = torch.optim.Adam(params, lr=lr)
    for _epoch in range(4):
        for rows in torch.randperm(60).split(10):
            gru.zero_grad()
            fc.zero_grad()
            loss = nn.functional.mse_loss(fc(gru(x[rows])[0]), x[rows].cumsum(1) / 3)
            loss.backward()
            optimizer.step()
