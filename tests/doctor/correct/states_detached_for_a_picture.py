"""Every hidden state is kept for a picture, cut from its graph; the network's own is not."""

import torch
from torch import nn

torch.manual_seed(205)
cell, read = nn.GRUCell(1, 6), nn.Linear(6, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *read.parameters()], lr=0.02)
picture = []
for _ in range(16):
    x = torch.randn(5, 7, 1)
    h = torch.zeros(5, 6)
    for x_t in x.unbind(1):
        h = cell(x_t, h)
        picture.append(h.detach())
    loss = nn.functional.mse_loss(read(h), x.mean(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
assert len(torch.stack(picture)) == 16 * 7
