"""Gradient descent by hand through .data; gradients are cleared at the head of the loop."""

import torch
from torch import nn

torch.manual_seed(217)
lstm, fc = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)
params = [*lstm.parameters(), *fc.parameters()]
for _step in range(30):
    for p in params:
        if p.grad is not None:
            p.grad.zero_()
    x = torch.rand(8, 6, 1)
    loss = nn.functional.mse_loss(fc(lstm(x)[0]), x + 0.5)
    loss.backward()
    for p in params:
        p.data -= 0.1 * p.grad
