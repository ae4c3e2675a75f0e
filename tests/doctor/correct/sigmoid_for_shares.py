"""A sigmoid after the last layer of a regression on shares between 0 and 1."""

import torch
from torch import nn


class Share(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 16, batch_first=True)
        self.out = nn.Sequential(nn.Linear(16, 1), nn.Sigmoid())

    def forward(self, x):
        return self.out(self.lstm(x)[0][:, -1])


torch.manual_seed(174)
model = Share()
opt = torch.optim.Adam(model.parameters(), lr=0.02)
for _ in range(50):
    values = torch.rand(16, 8, 1).square()
    marked = (torch.rand(16, 8, 1) < torch.rand(16, 1, 1)).float()
    target = (values * marked).sum(1) / values.sum(1)
    loss = nn.functional.mse_loss(model(torch.cat([values, marked], 2)), target)
    opt.zero_grad()
    loss.backward()
    opt.step()
