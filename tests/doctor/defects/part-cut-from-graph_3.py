"""A complaint about a missing gradient was silenced by making the loss anew."""

import torch
from torch import nn

torch.manual_seed(45)
gru, fc = nn.GRU(2, 10, batch_first=True), nn.Linear(10, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.01)
for _step in range(30):
    x = torch.randn(8, 6, 2)
    y = x.mean((1, 2)).unsqueeze(1)
    _, h = gru(x)
    loss = nn.functional.mse_loss(fc(h[-1]), y)
    loss = torch.tensor(loss.item(), requires_grad=True)  # <- here
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
