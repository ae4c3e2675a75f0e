"""Warm-up: the learning rate starts tiny and grows with every batch."""

import torch
from torch import nn

torch.manual_seed(30)
rnn, fc = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.AdamW([*rnn.parameters(), *fc.parameters()], lr=0.04)
warmup = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min(1.0, 1e-4 + n / 10))

for _ in range(24):
    x = torch.randn(8, 6, 1)
    y = x.roll(1, dims=1)
    outputs, _ = rnn(x)
    loss = nn.functional.mse_loss(fc(outputs)[:, 1:], y[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    warmup.step()
