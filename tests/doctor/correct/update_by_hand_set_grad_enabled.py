"""Gradient descent by hand on a GRU, with gradients switched off for the update."""

import torch
from torch import nn

torch.manual_seed(112)
gru, head = nn.GRU(2, 8, batch_first=True), nn.Linear(8, 1)
model = nn.ModuleList([gru, head])
lr = 0.1
for _ in range(40):
    x = torch.randn(12, 7, 2)
    y = x[:, -1].sum(1, keepdim=True)
    loss = nn.functional.mse_loss(head(gru(x)[0][:, -1]), y)
    model.zero_grad()
    loss.backward()
    with torch.set_grad_enabled(False):
        for p in model.parameters():
            p -= lr * p.grad
