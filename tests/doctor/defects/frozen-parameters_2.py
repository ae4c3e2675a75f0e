"""The encoder is frozen by requires_grad_(False), and the optimizer is given everything."""

import torch
from torch import nn


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(1, 16, batch_first=True)
        self.head = nn.Linear(16, 1)

    def forward(self, x):
        return self.head(self.encoder(x)[0])


torch.manual_seed(53)
net = Forecaster()
for p in net.encoder.parameters():
    p.requires_grad_(False)
opt = torch.optim.SGD(net.parameters(), lr=0.1)  # <- here
for _ in range(40):
    x = torch.randn(12, 8, 1)
    opt.zero_grad()
    loss = nn.functional.mse_loss(net(x), x / 2)
    loss.backward()
    opt.step()
