"""The rate is set by hand and halved every other epoch."""

import torch
from torch import nn

torch.manual_seed(106)
x = torch.randn(60, 8, 1)
rnn, fc = nn.RNN(1, 12, batch_first=True), nn.Linear(12, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.02)
for epoch in range(7):
    for group in optimizer.param_groups:
        group["lr"] = 0.02 * 0.5 ** (epoch // 2)
    for rows in torch.randperm(60).split(6):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(fc(rnn(x[rows])[0]), x[rows].cumsum(1) / 2)
        loss.backward()
        optimizer.step()
