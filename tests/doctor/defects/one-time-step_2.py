"""Time-first GRU: unsqueeze(0) makes one step of all the readings of a day."""

import torch
from torch import nn

torch.manual_seed(63)
readings = torch.randn(128, 24).cumsum(1) / 5
rising = (readings[:, -1] > readings[:, 0]).long()
gru, head = nn.GRU(24, 20), nn.Linear(20, 2)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.005)
for _epoch in range(5):
    for rows in torch.randperm(128).split(16):
        day = readings[rows].unsqueeze(0)
        _, h_n = gru(day)  # <- here
        loss = nn.functional.cross_entropy(head(h_n[-1]), rising[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
