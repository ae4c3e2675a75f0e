"""torch.autograd.grad and a manual update; no .grad field and no optimizer."""

import torch
from torch import nn

torch.manual_seed(71)
rnn, fc = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
params = [*rnn.parameters(), *fc.parameters()]
rate = 0.1

for _ in range(24):
    x = torch.randn(8, 6, 1)
    y = x[:, -1] - x[:, -2]
    loss = nn.functional.mse_loss(fc(rnn(x)[0][:, -1]), y)
    grads = torch.autograd.grad(loss, params)
    with torch.no_grad():
        for p, g in zip(params, grads, strict=True):
            p -= rate * g
