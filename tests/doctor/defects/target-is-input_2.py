"""Forecast of a noisy wave, time first; both series are cut at the same end."""

import torch
from torch import nn

torch.manual_seed(23)
t = torch.linspace(0, 25, 120)[:, None, None]
series = torch.sin(t + torch.rand(1, 30, 1) * 6.28) + 0.02 * torch.randn(120, 30, 1)
rnn, readout = nn.RNN(1, 16), nn.Linear(16, 1)
optimizer = torch.optim.RMSprop([*rnn.parameters(), *readout.parameters()], lr=0.003)
for _epoch in range(8):
    for start in range(0, 100, 20):
        window = series[start : start + 21]
        now = window[:-1]
        following = window[:-1]  # <- here
        optimizer.zero_grad()
        out, _ = rnn(now)
        loss = nn.functional.mse_loss(readout(out), following)
        loss.backward()
        optimizer.step()
