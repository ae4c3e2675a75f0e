"""Losses per example, weighted and averaged before backward."""

import torch
from torch import nn

torch.manual_seed(106)
X = torch.randn(60, 8, 2)
y = (X[:, :, 0].sum(1) > X[:, :, 1].sum(1)).long()
weight = torch.where(y == 1, 1.2, 0.8)
rnn, fc = nn.RNN(2, 10, batch_first=True), nn.Linear(10, 2)
criterion = nn.CrossEntropyLoss(reduction="none")
optimizer = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.02)
for _ in range(4):
    for rows in torch.randperm(60).split(10):
        optimizer.zero_grad()
        hidden, _ = rnn(X[rows])
        losses = criterion(fc(hidden[:, -1]), y[rows])
        loss = (losses * weight[rows]).mean()
        loss.backward()
        optimizer.step()
