"""A classifier without any softmax, trained with NLLLoss."""

import torch
from torch import nn

torch.manual_seed(3)
cell, fc = nn.GRUCell(2, 12), nn.Linear(12, 3)
criterion = nn.NLLLoss()
opt = torch.optim.SGD([*cell.parameters(), *fc.parameters()], lr=0.02)
for _ in range(50):
    x = torch.randn(12, 5, 2)
    y = (x[:, -1] > 0).long().sum(1)
    h = torch.zeros(12, 12)
    for t in range(5):
        h = cell(x[:, t], h)
    loss = criterion(fc(h), y)  # <- here
    opt.zero_grad()
    loss.backward()
    opt.step()
