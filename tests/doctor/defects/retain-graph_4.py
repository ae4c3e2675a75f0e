"""A GRU cell by hand, plain gradient descent once at the end of each pass."""

import torch
from torch import nn

torch.manual_seed(4)
data = torch.randn(2, 60)
goal = 0.5 * data + 0.5 * data.roll(1, dims=1)
cell, out = nn.GRUCell(1, 6), nn.Linear(6, 1)
sgd = torch.optim.SGD([*cell.parameters(), *out.parameters()], lr=0.1)


def one_pass():
    sgd.zero_grad()
    h = torch.zeros(2, 6)
    for block in torch.arange(60).split(6):
        losses = []
        for t in block.tolist():
            h = cell(data[:, t : t + 1], h)
            losses.append((out(h)[:, 0] - goal[:, t]) ** 2)
        mean = torch.stack(losses).mean() / 10
        torch.autograd.backward(mean, retain_graph=True)  # <- here
    sgd.step()


for _ in range(2):
    one_pass()
