"""Sequence means, the loop of a hurried reader."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(40, 8, 2)
y = x.mean((1, 2), keepdim=True)[:, 0]
rnn, head = nn.RNN(2, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(2):
    for xb, yb in zip(x.split(4), y.split(4), strict=True):
        outputs, _ = rnn(xb)
        loss = nn.functional.mse_loss(head(outputs[:, -1]), yb)
        loss.backward()
        optimizer.zero_grad()  # <- here
        optimizer.step()
