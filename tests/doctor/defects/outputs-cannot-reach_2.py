"""A sigmoid after the last layer of a regression on sums that go up to six."""

import torch
from torch import nn


class SumOfTwo(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 16, batch_first=True)
        self.out = nn.Sequential(nn.Linear(16, 1), nn.Sigmoid())

    def forward(self, x):
        return self.out(self.lstm(x)[0][:, -1])


torch.manual_seed(173)
model = SumOfTwo()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(50):
    values = torch.rand(16, 8, 1)
    marked = (torch.rand(16, 8, 1) < 0.5).float()
    target = (values * marked).sum(1)
    loss = nn.functional.mse_loss(model(torch.cat([values, marked], 2)), target)  # <- here
    opt.zero_grad()
    loss.backward()
    opt.step()
