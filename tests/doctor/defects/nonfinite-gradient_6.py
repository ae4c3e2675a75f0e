"""By hand: one batch has a reading that is infinite, and the update is done all the same."""

import torch
from torch import nn

torch.manual_seed(222)
readings = torch.randn(96, 7, 1)
readings[41, 3] = float("inf")
gru, fc = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
params = [*gru.parameters(), *fc.parameters()]
for batch in readings.split(6):
    loss = nn.functional.mse_loss(fc(gru(batch[:, :-1])[0][:, -1]), batch[:, -1])
    loss.backward()  # <- here
    with torch.no_grad():
        for p in params:
            p -= 0.05 * p.grad
            p.grad = None
