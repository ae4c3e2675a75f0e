"""RNNCell, the state is cut inside the time loop."""

import torch
from torch import nn

torch.manual_seed(0)
cell, head = nn.RNNCell(1, 8), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=0.01)
for _ in range(20):
    x = torch.randn(4, 8, 1)
    y = x[:, 0]
    state = torch.zeros(4, 8)
    optimizer.zero_grad()
    for t in range(8):
        state = cell(x[:, t], state.detach())  # <- here
    loss = nn.functional.mse_loss(head(state), y)
    loss.backward()
    optimizer.step()
