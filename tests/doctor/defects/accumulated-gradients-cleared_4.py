"""Gradients are set to None for each batch, and the step comes with every fifth."""

import torch
from torch import nn

torch.manual_seed(116)
rnn, fc = nn.RNN(1, 10, batch_first=True), nn.Linear(10, 1)
params = [*rnn.parameters(), *fc.parameters()]
optimizer = torch.optim.SGD(params, lr=0.1)
for number in range(1, 61):
    x = torch.randn(4, 7, 1)
    optimizer.zero_grad(set_to_none=True)  # <- here
    loss = nn.functional.mse_loss(fc(rnn(x)[0]), x.roll(1, 1) / 2) / 5
    loss.backward()
    if number % 5 == 0:
        nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
