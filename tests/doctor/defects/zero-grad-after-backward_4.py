"""By hand: the gradients are cleared between backward and the update."""

import torch
from torch import nn

torch.manual_seed(215)
gru, fc = nn.GRU(2, 8, batch_first=True), nn.Linear(8, 1)
params = [*gru.parameters(), *fc.parameters()]
step_size = 0.05
for _step in range(20):
    x = torch.randn(8, 6, 2)
    loss = nn.functional.mse_loss(fc(gru(x)[0][:, -1]), x.mean((1, 2))[:, None])
    loss.backward()
    for p in params:
        p.grad.zero_()  # <- here
    with torch.no_grad():
        for p in params:
            p -= step_size * p.grad
