"""Readings that are missing become zeros, and a second feature says which they were."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Readings(Dataset):
    def __init__(self, series, length):
        self.series, self.length = series, length

    def __len__(self):
        return (len(self.series) - self.length - 1) // 4

    def __getitem__(self, k):
        piece = self.series[4 * k : 4 * k + self.length + 1]
        there = piece.isfinite()
        past = torch.stack([piece.nan_to_num(0.0), there.float()], -1)[:-1]
        return past, piece[-1:].nan_to_num(0.0), there[-1:].float()


class Sensor(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.out = nn.GRU(2, 6, batch_first=True), nn.Linear(6, 1)

    def forward(self, x):
        return self.out(self.gru(x)[0][:, -1])


torch.manual_seed(418)
series = torch.sin(torch.arange(0, 80, 0.2))
series[torch.rand(400) < 0.03] = float("nan")
sensor = Sensor()
opt = torch.optim.Adam(sensor.parameters(), lr=0.01)
for _ in range(3):
    for past, future, there in DataLoader(Readings(series, 8), batch_size=8, shuffle=True):
        errors = (sensor(past) - future).square() * there
        loss = errors.sum() / there.sum().clamp(min=1)
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(sensor.parameters(), 1.0)
        opt.step()
