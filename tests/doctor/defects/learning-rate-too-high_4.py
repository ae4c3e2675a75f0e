"""A hand-driven cell and RMSprop at one."""

import torch
from torch import nn

torch.manual_seed(3)
cell, read = nn.RNNCell(2, 6), nn.Linear(6, 1)
rms = torch.optim.RMSprop([*cell.parameters(), *read.parameters()], lr=1.0, alpha=0.5)


def loss_of(x):
    h = torch.zeros(len(x), 6)
    for x_t in x.unbind(1):
        h = cell(x_t, h)
    return nn.functional.mse_loss(read(h), x.mean((1, 2))[:, None])


for _ in range(20):
    rms.zero_grad()
    loss = loss_of(torch.rand(5, 7, 2))
    loss.backward()
    rms.step()  # <- here
