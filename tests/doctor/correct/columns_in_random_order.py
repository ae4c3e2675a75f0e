"""Time first, and the examples, on axis 1, in a random order; the last row of time is read."""

import torch
from torch import nn

torch.manual_seed(217)
x = torch.randn(7, 48, 1)
y = x.mean(0)
gru, read = nn.GRU(1, 6), nn.Linear(6, 1)
opt = torch.optim.SGD([*gru.parameters(), *read.parameters()], lr=0.1)
for _ in range(3):
    for columns in torch.randperm(48).split(8):
        outputs, _ = gru(x[:, columns])
        loss = nn.functional.mse_loss(read(outputs[-1]), y[columns])
        opt.zero_grad()
        loss.backward()
        opt.step()
