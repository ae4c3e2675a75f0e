"""Sequences get longer from stage to stage, and the loss, a sum over them, grows with them."""

import torch
from torch import nn

torch.manual_seed(207)
gru, read = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *read.parameters()], lr=0.003)
for length in (2, 4, 8, 16, 32):
    for _ in range(6):
        x = torch.randn(6, length, 1)
        loss = (read(gru(x)[0]) - x.cumsum(1)).square().sum()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([*gru.parameters(), *read.parameters()], 1.0)
        optimizer.step()
