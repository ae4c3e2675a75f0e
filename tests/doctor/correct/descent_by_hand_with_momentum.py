"""Gradient descent by hand with momentum, kept in a list of tensors."""

import torch
from torch import nn

torch.manual_seed(227)
rnn, fc = nn.RNN(1, 8), nn.Linear(8, 1)
weights = [*rnn.parameters(), *fc.parameters()]
speed = [torch.zeros_like(w) for w in weights]
for _step in range(40):
    x = torch.randn(8, 10, 1)
    loss = nn.functional.mse_loss(fc(rnn(x)[0]), x.roll(1, 0) / 2 + 0.3)
    loss.backward()
    with torch.no_grad():
        for w, v in zip(weights, speed, strict=True):
            v.mul_(0.8).add_(w.grad)
            w.sub_(0.03 * v)
            w.grad.zero_()
