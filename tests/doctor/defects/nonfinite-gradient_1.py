"""Root of the squared error; padded steps have an error of exactly zero."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(40, 8, 1)
mask = torch.ones(40, 8, 1)
mask[20:, 5:] = 0
y = x.cumsum(1) / 4
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for xb, yb, mb in zip(x.split(4), y.split(4), mask.split(4), strict=True):
    optimizer.zero_grad()
    outputs, _ = rnn(xb)
    errors = (head(outputs) - yb) * mb
    loss = torch.sqrt(errors.pow(2)).sum() / mb.sum()
    loss.backward()  # <- here
    optimizer.step()
