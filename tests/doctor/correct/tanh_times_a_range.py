"""tanh behind the head, stretched to the range of the targets."""

import torch
from torch import nn

torch.manual_seed(176)
gru, fc = nn.GRU(1, 16), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.02)
for _step in range(50):
    steps = torch.rand(8, 10, 1) * 2 - 1
    walk = steps.cumsum(0)
    optimizer.zero_grad()
    out, _ = gru(steps)
    loss = nn.functional.mse_loss(8 * torch.tanh(fc(out)), walk)
    loss.backward()
    optimizer.step()
