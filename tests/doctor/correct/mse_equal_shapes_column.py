"""Predictions (B, 1) and targets (B, 1): the shapes agree."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(103)
X = torch.randn(64, 6, 1)
y = X[:, -1, 0] * 0.7
loader = DataLoader(TensorDataset(X, y.unsqueeze(1)), batch_size=8, shuffle=True)
rnn, fc = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
opt = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.02)
for _ in range(3):
    for xb, yb in loader:
        loss = nn.functional.mse_loss(fc(rnn(xb)[1][0]), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
