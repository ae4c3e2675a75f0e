"""One sequence without a batch axis: its state rightly has two axes only."""

import torch
from torch import nn

torch.manual_seed(105)
gru = nn.GRU(1, 16)
fc = nn.Linear(16, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.02)
for _ in range(40):
    start = torch.rand(()) * 6
    wave = torch.sin(start + 0.4 * torch.arange(13))[:, None]
    h0 = torch.zeros(1, 16)
    out, _ = gru(wave[:-1], h0)
    loss = nn.functional.mse_loss(fc(out), wave[1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
