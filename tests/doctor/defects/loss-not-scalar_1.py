"""Losses kept per example for a weighting that never came."""

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(60, 8, 2)
y = (X[:, :, 0].sum(1) > X[:, :, 1].sum(1)).long()
rnn, fc = nn.RNN(2, 10, batch_first=True), nn.Linear(10, 2)
criterion = nn.CrossEntropyLoss(reduction="none")
optimizer = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.01)
for _ in range(2):
    for rows in torch.randperm(60).split(10):
        optimizer.zero_grad()
        hidden, _ = rnn(X[rows])
        loss = criterion(fc(hidden[:, -1]), y[rows])
        loss.backward()  # <- here
        optimizer.step()
