"""Single layers one above the other, with nn.Dropout between them."""

import torch
from torch import nn

torch.manual_seed(199)
layers = nn.ModuleList([nn.GRU(1, 10), nn.GRU(10, 10)])
drop, fc = nn.Dropout(0.1), nn.Linear(10, 1)
opt = torch.optim.Adam([*layers.parameters(), *fc.parameters()], lr=0.02)
for _ in range(40):
    x = torch.rand(7, 10, 1)
    hidden = x
    for layer in layers:
        hidden = drop(layer(hidden)[0])
    opt.zero_grad()
    loss = nn.functional.mse_loss(fc(hidden), x + 0.5)
    loss.backward()
    opt.step()
