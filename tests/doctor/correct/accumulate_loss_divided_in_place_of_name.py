"""Three batches a step, and the loss is divided where it is computed."""

import torch
from torch import nn

torch.manual_seed(128)
gru, fc = nn.GRU(1, 10), nn.Linear(10, 1)
optimizer = torch.optim.SGD([*gru.parameters(), *fc.parameters()], lr=0.3)
every = 3
for i in range(60):
    x = torch.rand(6, 8, 1)
    loss = nn.functional.mse_loss(fc(gru(x)[1][-1]), x.mean(0)) / every
    loss.backward()
    if i % every == every - 1:
        optimizer.step()
        optimizer.zero_grad()
