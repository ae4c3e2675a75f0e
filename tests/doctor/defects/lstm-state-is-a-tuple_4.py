"""A trainer with a GRU's habits: the memory is detached in place between chunks."""

import torch
from torch import nn


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.core = nn.LSTM(1, 8, num_layers=2)
        self.head = nn.Linear(8, 1)

    def forward(self, x, memory):
        out, memory = self.core(x, memory)
        return self.head(out), memory


class Session:
    def __init__(self):
        self.model = Forecaster()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.01)
        self.memory = None

    def learn(self, x, y):
        if self.memory is not None:
            self.memory.detach_()  # <- here
        prediction, self.memory = self.model(x, self.memory)
        self.optimizer.zero_grad()
        loss = (prediction - y).square().mean()
        loss.backward()
        self.optimizer.step()


torch.manual_seed(3)
wave = torch.sin(torch.arange(0, 30, 0.25))[:, None, None]
session = Session()
for k in range(0, 110, 10):
    session.learn(wave[k : k + 10], wave[k + 1 : k + 11])
