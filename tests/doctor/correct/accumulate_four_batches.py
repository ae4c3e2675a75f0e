"""Gradients of four small batches are added up before each step."""

import torch
from torch import nn

torch.manual_seed(10)
ACCUMULATE = 4

rnn = nn.GRU(2, 8, batch_first=True)
fc = nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.03)

X = torch.randn(96, 6, 2)
Y = (X[:, :, 0] * 0.5).sum(1, keepdim=True)

for _epoch in range(3):
    optimizer.zero_grad()
    for k, (x, y) in enumerate(zip(X.split(8), Y.split(8), strict=True), start=1):
        _, h = rnn(x)
        loss = nn.functional.mse_loss(fc(h[0]), y) / ACCUMULATE
        loss.backward()
        if k % ACCUMULATE == 0:
            optimizer.step()
            optimizer.zero_grad()
