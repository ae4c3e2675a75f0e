"""The encoder is frozen on purpose, and the optimizer holds the head alone."""

import torch
from torch import nn


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(1, 16, batch_first=True)
        self.head = nn.Linear(16, 1)

    def forward(self, x):
        return self.head(self.encoder(x)[0])


torch.manual_seed(54)
net = Forecaster()
net.encoder.requires_grad_(False)
opt = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], lr=0.05)
for _ in range(40):
    x = torch.randn(12, 8, 1)
    opt.zero_grad()
    loss = nn.functional.mse_loss(net(x), x / 2)
    loss.backward()
    opt.step()
