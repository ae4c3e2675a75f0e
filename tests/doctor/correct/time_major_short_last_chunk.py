"""A time-major stream whose last chunk is shorter than the others."""

import torch
from torch import nn

torch.manual_seed(48)
stream = torch.randn(93, 5, 1)  # (T, B, 1)
target = stream.roll(1, dims=0)
target[0] = 0.0
rnn, fc = nn.RNN(1, 8), nn.Linear(8, 1)
opt = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.02)

for _ in range(2):
    state = torch.zeros(1, 5, 8)
    for x, y in zip(stream.split(10), target.split(10), strict=True):
        outputs, state = rnn(x, state.detach())
        loss = nn.functional.mse_loss(fc(outputs), y)
        loss.backward()
        opt.step()
        opt.zero_grad()
