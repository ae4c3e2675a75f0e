"""A step inside a closure-like function and one after it, both for one backward."""

import torch
from torch import nn

torch.manual_seed(146)
cell, fc = nn.GRUCell(1, 10), nn.Linear(10, 1)
optimizer = torch.optim.SGD([*cell.parameters(), *fc.parameters()], lr=0.02, momentum=0.5)


def learn(loss):
    loss.backward()
    optimizer.step()


for _ in range(40):
    x = torch.rand(6, 8, 1)
    h = None
    for value in x:
        h = cell(value, h)
    loss = nn.functional.mse_loss(fc(h), x.amax(0))
    learn(loss)
    optimizer.step()  # <- here
    optimizer.zero_grad()
