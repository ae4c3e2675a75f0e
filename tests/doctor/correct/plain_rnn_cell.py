"""An RNNCell is stepped by hand through time; it recalls the first input at the end."""

import torch
from torch import nn

torch.manual_seed(3)
batch, steps, width = 8, 5, 8
cell = nn.RNNCell(2, width)
decode = nn.Linear(width, 2)
optim = torch.optim.RMSprop(list(cell.parameters()) + list(decode.parameters()), lr=0.01)


def make_batch():
    x = torch.randn(steps, batch, 2)
    return x, x[0].clone()


for _ in range(24):
    x, wanted = make_batch()
    h = torch.zeros(batch, width)
    for t in range(steps):
        h = cell(x[t], h)
    loss = ((decode(h) - wanted) ** 2).mean()
    optim.zero_grad()
    loss.backward()
    optim.step()
