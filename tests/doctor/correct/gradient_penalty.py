"""A penalty on the gradient with respect to the inputs, by create_graph=True."""

import torch
from torch import nn

torch.manual_seed(101)
cell, out = nn.RNNCell(1, 8), nn.Linear(8, 1)
opt = torch.optim.Adam([*cell.parameters(), *out.parameters()], lr=0.05)
for _ in range(16):
    x = torch.randn(6, 8, 1, requires_grad=True)
    h = torch.zeros(8, 8)
    for row in x:
        h = cell(row, h)
    pred = out(h)
    data_loss = nn.functional.mse_loss(pred, x.detach()[-1])
    (slope,) = torch.autograd.grad(pred.sum(), x, create_graph=True)
    loss = data_loss + 0.01 * slope.pow(2).sum() / 8
    opt.zero_grad()
    loss.backward()
    opt.step()
