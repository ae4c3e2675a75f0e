"""The noise in the series grows from batch to batch, and with it the loss; the rate is modest."""

import torch
from torch import nn

torch.manual_seed(412)
cell, read = nn.RNNCell(1, 6), nn.Linear(6, 1)
rms = torch.optim.RMSprop([*cell.parameters(), *read.parameters()], lr=0.003)


def loss_of(x, y):
    h = torch.zeros(len(x), 6)
    for x_t in x.unbind(1):
        h = cell(x_t, h)
    return nn.functional.mse_loss(read(h), y)


for k in range(40):
    clean = torch.rand(8, 1, 1).expand(8, 7, 1)
    noise = 0.05 * k * torch.randn(8, 7, 1)
    rms.zero_grad()
    loss = loss_of(clean + noise, clean[:, 0] + noise[:, 0])
    loss.backward()
    rms.step()
