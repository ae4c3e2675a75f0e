"""States of a cell are kept in a list of numbers and made into a tensor for the head."""

import torch
from torch import nn

torch.manual_seed(50)
cell, head = nn.RNNCell(1, 6), nn.Linear(6, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=0.01)
for _step in range(30):
    x = torch.randn(7, 8, 1)
    h, kept = torch.zeros(8, 6), []
    for value in x:
        h = cell(value, h)
        kept.append(h)
    states = torch.tensor([h.tolist() for h in kept])  # <- here
    loss = nn.functional.mse_loss(head(states), x / 2)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
