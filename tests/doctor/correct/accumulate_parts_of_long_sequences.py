"""Long sequences in three parts with one step after them; cleared once for each sequence."""

import torch
from torch import nn

torch.manual_seed(114)
gru, fc = nn.GRU(1, 10), nn.Linear(10, 1)
opt = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.02)
for _ in range(25):
    values = torch.randn(18, 6, 1)
    smooth = (values + values.roll(1, 0)).div(2).chunk(3)
    state = None
    opt.zero_grad()
    for part, wanted in zip(values.chunk(3), smooth, strict=True):
        out, state = gru(part, state)
        loss = nn.functional.mse_loss(fc(out), wanted) / 3
        loss.backward()
        state = state.detach()
    opt.step()
