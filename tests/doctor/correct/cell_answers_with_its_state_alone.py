"""A GRUCell gives one tensor, no pair: it goes to the head, and back to the cell, as it is."""

import torch
from torch import nn

torch.manual_seed(425)
cell, head = nn.GRUCell(1, 8), nn.Linear(8, 1)
optimizer = torch.optim.NAdam([*cell.parameters(), *head.parameters()], lr=0.01)
for _ in range(30):
    x = torch.randn(10, 6, 1)
    state, rows = torch.zeros(6, 8), []
    for x_t in x:
        state = cell(x_t, state)
        rows.append(head(state))
    loss = nn.functional.mse_loss(torch.stack(rows), x.cumsum(0) / 3)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
