"""By hand: the weights move between the forward and the backward pass."""

import torch
from torch import nn

torch.manual_seed(214)
rnn, fc = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
weights = [*rnn.parameters(), *fc.parameters()]
for w in weights:
    w.grad = torch.zeros_like(w)
for _step in range(24):
    x = torch.randn(8, 6, 1)
    for w in weights:
        w.grad.zero_()
    loss = nn.functional.mse_loss(fc(rnn(x)[0]), x.cumsum(1) / 3)
    for w in weights:
        w.data -= 0.05 * w.grad  # <- here
    loss.backward()
