"""A state of the wrong hidden size for a cell."""

import torch
from torch import nn

torch.manual_seed(3)
encoder, cell, out = nn.Linear(4, 12), nn.GRUCell(1, 16), nn.Linear(16, 1)
net = nn.ModuleList([encoder, cell, out])
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(20):
    context, x = torch.randn(10, 4), torch.randn(10, 6, 1)
    h = torch.tanh(encoder(context))
    for t in range(6):
        h = cell(x[:, t], h)  # <- here
    loss = nn.functional.mse_loss(out(h), x[:, -1] + context[:, :1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
