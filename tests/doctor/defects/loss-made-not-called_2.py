"""The criterion is the class itself: no brackets where it is chosen."""

import torch
from torch import nn

torch.manual_seed(1)
criterion = nn.MSELoss
gru, out = nn.GRU(1, 8), nn.Linear(8, 1)
opt = torch.optim.Adam([*gru.parameters(), *out.parameters()], lr=0.01)
for _ in range(20):
    phase = torch.rand(12) * 6
    wave = torch.cos(phase + 0.5 * torch.arange(15)[:, None])[..., None]
    pred = out(gru(wave[:-1])[0])
    loss = criterion(pred, wave[1:])  # <- here
    opt.zero_grad()
    loss.backward()
    opt.step()
