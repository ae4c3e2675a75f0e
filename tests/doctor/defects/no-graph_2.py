"""A decorator on forward takes the graph away."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 6, batch_first=True)
        self.out = nn.Linear(6, 2)

    @torch.no_grad()
    def forward(self, x):
        return self.out(self.gru(x)[1][-1])


def training(model, batches):
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in batches:
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()  # <- here
        opt.step()


def batches(n):
    for _ in range(n):
        x = torch.randn(5, 7, 1)
        yield x, (x[:, -1, 0] > 0).long()


torch.manual_seed(1)
training(Model(), batches(10))
