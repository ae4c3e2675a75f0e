"""Sigmoid and then BCELoss, which does ask for probabilities."""

import torch
from torch import nn


class Prob(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 8, batch_first=True)
        self.top = nn.Sequential(nn.Linear(8, 1), nn.Sigmoid())

    def forward(self, x):
        return self.top(self.lstm(x)[1][0].squeeze(0)).squeeze(1)


torch.manual_seed(110)
model, loss_fn = Prob(), nn.BCELoss()
opt = torch.optim.Adam(model.parameters(), lr=0.05)
x = torch.randn(64, 6, 2)
y = (x[..., 0].mean(1) > 0).float()
for _ in range(3):
    for i in range(0, 64, 8):
        loss = loss_fn(model(x[i : i + 8]), y[i : i + 8])
        opt.zero_grad()
        loss.backward()
        opt.step()
