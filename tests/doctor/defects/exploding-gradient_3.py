"""Rectified cells that pass their state round a ring, twice as large at every step."""

import torch
from torch import nn

torch.manual_seed(2)
cell, read = nn.RNNCell(1, 8, nonlinearity="relu"), nn.Linear(8, 1)
cell.weight_hh.data = 2.2 * torch.eye(8).roll(1, 0)
opt = torch.optim.RMSprop([*cell.parameters(), *read.parameters()], lr=0.001)


def run(x):
    h = torch.zeros(len(x), 8)
    for x_t in x.unbind(1):
        h = cell(x_t, h)
        yield read(h)


for _ in range(18):
    x = torch.randn(6, 12, 1)
    predictions = torch.stack(list(run(x)), 1)
    loss = nn.functional.smooth_l1_loss(predictions, x.cumsum(1))
    opt.zero_grad()
    loss.backward()  # <- here
    opt.step()
