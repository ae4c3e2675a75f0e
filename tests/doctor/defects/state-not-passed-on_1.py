"""A GRU cell that is to remember the first symbol is called without its state."""

import torch
from torch import nn

torch.manual_seed(71)
cell = nn.GRUCell(3, 16)
head = nn.Linear(16, 3)
optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=0.01)
for _step in range(50):
    symbols = torch.randint(3, (16, 5))
    x = nn.functional.one_hot(symbols, 3).float()
    for t in range(x.shape[1]):
        h = cell(x[:, t])  # <- here
    loss = nn.functional.cross_entropy(head(h), symbols[:, 0])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
