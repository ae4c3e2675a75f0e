"""Weights in grams: the bias begins at their mean, and the rate is large enough for the rest."""

import torch
from torch import nn

torch.manual_seed(166)
x = torch.randn(100, 6, 3)
grams = (800 + 60 * x[:, -1].sum(1)).unsqueeze(1)
rnn, fc = nn.RNN(3, 24, batch_first=True), nn.Linear(24, 1)
nn.init.constant_(fc.bias, grams.mean().item())
groups = [{"params": rnn.parameters(), "lr": 0.005}, {"params": fc.parameters(), "lr": 1.0}]
optimizer = torch.optim.Adam(groups)
for _epoch in range(8):
    for rows in torch.randperm(100).split(10):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(fc(rnn(x[rows])[1][0]), grams[rows])
        loss.backward()
        optimizer.step()
