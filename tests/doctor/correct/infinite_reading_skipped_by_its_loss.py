"""A batch whose loss is not finite is left out before backward; the update is by hand."""

import torch
from torch import nn

torch.manual_seed(422)
readings = torch.randn(120, 7, 1)
readings[41, 6] = float("inf")
gru, fc = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
params = [*gru.parameters(), *fc.parameters()]
for batch in readings.split(6):
    loss = nn.functional.mse_loss(fc(gru(batch[:, :-1])[0][:, -1]), batch[:, -1])
    if not torch.isfinite(loss):
        continue
    loss.backward()
    with torch.no_grad():
        for p in params:
            p -= 0.05 * p.grad
            p.grad = None
