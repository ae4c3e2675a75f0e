"""Codes are rounded, and the gradient goes straight through: the detached part is a constant."""

import torch
from torch import nn

torch.manual_seed(46)
encoder, decoder = nn.GRU(2, 10, batch_first=True), nn.Linear(10, 1)
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=0.03)
for _step in range(50):
    x = torch.randn(16, 6, 2)
    y = x[:, -1].mean(1, keepdim=True)
    _, h = encoder(x)
    soft = h[-1]
    code = soft + (torch.round(4 * soft) / 4 - soft).detach()
    loss = nn.functional.mse_loss(decoder(code), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
