"""Time-first GRU: the readings of a day are turned to (24 steps, batch, 1 feature)."""

import torch
from torch import nn

torch.manual_seed(64)
readings = torch.randn(128, 24).cumsum(1) / 5
rising = (readings[:, -1] > readings[:, 0]).long()
gru, head = nn.GRU(1, 20), nn.Linear(20, 2)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(5):
    for rows in torch.randperm(128).split(16):
        day = readings[rows].t().unsqueeze(-1)
        _, h_n = gru(day)
        loss = nn.functional.cross_entropy(head(h_n[-1]), rising[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
