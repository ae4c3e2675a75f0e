"""The same batch over and over, to see that the model can fit it at all."""

import torch
from torch import nn

torch.manual_seed(124)
x = torch.randn(4, 8, 2)
y = torch.tensor([0, 1, 1, 0])
gru, fc = nn.GRU(2, 8, batch_first=True), nn.Linear(8, 2)
optimizer = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.03)
for _ in range(24):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(fc(gru(x)[1][0]), y)
    loss.backward()
    optimizer.step()
