"""The optimizer is given the RNN and not the head."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(40, 8, 1)
y = x.mean(1) + 0.5
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam(rnn.parameters(), lr=0.01)
for _epoch in range(2):
    for xb, yb in zip(x.split(4), y.split(4), strict=True):
        rnn.zero_grad()
        head.zero_grad()
        outputs, _ = rnn(xb)
        loss = nn.functional.mse_loss(head(outputs[:, -1]), yb)
        loss.backward()
        optimizer.step()  # <- here
