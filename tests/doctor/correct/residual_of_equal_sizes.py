"""A residual connection round an LSTM whose hidden size is its input size."""

import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Linear(3, 16)
        self.lstm = nn.LSTM(16, 16, batch_first=True)
        self.out = nn.Linear(16, 1)

    def forward(self, x):
        wide = self.project(x)
        deep, _ = self.lstm(wide)
        return self.out(deep[:, -1] + wide[:, -1])


torch.manual_seed(110)
data = torch.randn(50, 6, 3)
targets = data[:, -3:, 0].mean(1, keepdim=True)
net = Residual()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(4):
    for idx in torch.randperm(50).split(10):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(data[idx]), targets[idx])
        loss.backward()
        optimizer.step()
