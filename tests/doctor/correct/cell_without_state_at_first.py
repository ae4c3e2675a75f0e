"""A GRU cell gets no state at its first call, and its own state at each later one."""

import torch
from torch import nn

torch.manual_seed(72)
cell = nn.GRUCell(3, 16)
head = nn.Linear(16, 3)
optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=0.02)
for _step in range(50):
    symbols = torch.randint(3, (16, 5))
    x = nn.functional.one_hot(symbols, 3).float()
    h = cell(x[:, 0])
    for t in range(1, x.shape[1]):
        h = cell(x[:, t], h)
    loss = nn.functional.cross_entropy(head(h), symbols[:, 0])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
