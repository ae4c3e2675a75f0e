"""Inputs in the hundreds keep every tanh at its end."""

import torch
from torch import nn

torch.manual_seed(3)
cell, read = nn.RNNCell(1, 6), nn.Linear(6, 2)
opt = torch.optim.RMSprop([*cell.parameters(), *read.parameters()], lr=0.005)


def score(x):
    h = torch.zeros(len(x), 6)
    for t in range(x.shape[1]):
        h = cell(x[:, t], h)
    return read(h)


def draws(n):
    for _ in range(n):
        x = torch.randint(-900, 900, (6, 10, 1)).float()
        yield x, (x[:, 0, 0] > 0).long()


for x, y in draws(20):
    opt.zero_grad()
    loss = nn.functional.cross_entropy(score(x), y)
    loss.backward()  # <- here
    opt.step()
