"""A GRU cell fed with the input and its own last prediction, made for the input alone."""

import torch
from torch import nn

torch.manual_seed(2)
cell, head = nn.GRUCell(2, 10), nn.Linear(10, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=0.01)
for _ in range(20):
    x = torch.randn(8, 6, 2)
    y = x.sum(2, keepdim=True)
    h, last = torch.zeros(8, 10), torch.zeros(8, 1)
    preds = []
    for t in range(6):
        h = cell(torch.cat([x[:, t], last], dim=1), h)  # <- here
        last = head(h)
        preds.append(last)
    loss = nn.functional.mse_loss(torch.stack(preds, 1), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
