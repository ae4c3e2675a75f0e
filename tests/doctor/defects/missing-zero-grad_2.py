"""Trainer class, GRU classifier, Adam, clipping."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 6, batch_first=True)
        self.fc = nn.Linear(6, 2)

    def forward(self, x):
        _, h = self.gru(x)
        return self.fc(h[-1])


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optim = torch.optim.Adam(model.parameters(), lr=0.01)

    def fit(self, x, y, epochs):
        for _ in range(epochs):
            for rows in torch.randperm(len(x)).split(6):
                loss = F.cross_entropy(self.model(x[rows]), y[rows])
                loss.backward()  # <- here
                nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
                self.optim.step()


torch.manual_seed(1)
x = torch.randn(60, 8, 1)
Trainer(Net()).fit(x, (x.mean((1, 2)) > 0).long(), 2)
