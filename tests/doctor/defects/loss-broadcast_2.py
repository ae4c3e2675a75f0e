"""A GRU forecaster in a class, absolute error."""

import torch
import torch.nn.functional as F
from torch import nn


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 6, batch_first=True)
        self.out = nn.Linear(6, 1)

    def forward(self, x):
        return self.out(self.gru(x)[0][:, -1])


class Runner:
    def __init__(self):
        self.model = Forecaster()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.02)

    def update(self, past, future):
        prediction = self.model(past)
        loss = F.l1_loss(prediction, future)  # <- here
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


torch.manual_seed(1)
wave = torch.sin(torch.arange(0, 30, 0.1)).unfold(0, 11, 2)[:80]
runner = Runner()
for batch in wave.split(8):
    runner.update(batch[:, :10, None], batch[:, 10])
