"""Gradient descent by hand under no_grad; nobody clears the gradients."""

import torch
from torch import nn

torch.manual_seed(211)
rnn, fc = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
weights = [*rnn.parameters(), *fc.parameters()]
for _step in range(20):
    x = torch.randn(8, 6, 1)
    loss = nn.functional.mse_loss(fc(rnn(x)[0]), x * 0.5)
    loss.backward()  # <- here
    with torch.no_grad():
        for w in weights:
            w -= 0.02 * w.grad
