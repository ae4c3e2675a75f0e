"""Forecasts of the next three values, compared with all seven that follow."""

import torch
from torch import nn

torch.manual_seed(3)
rnn, head = nn.RNN(1, 12, batch_first=True), nn.Linear(12, 3)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _ in range(20):
    wave = torch.sin(torch.rand(10, 1) * 6 + 0.4 * torch.arange(15))
    past, future = wave[:, :8, None], wave[:, 8:]
    forecast = head(rnn(past)[0][:, -1])
    loss = nn.functional.mse_loss(forecast, future)  # <- here
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
