"""The update for the batch before stands at the top of the loop, once there is one."""

import torch
from torch import nn

torch.manual_seed(128)
rnn, fc = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.03)
for step in range(20):
    if step > 0:
        optimizer.step()
        optimizer.zero_grad()
    x = torch.randn(8, 6, 1)
    loss = nn.functional.mse_loss(fc(rnn(x)[1][0]), x[:, -1])
    loss.backward()
optimizer.step()
