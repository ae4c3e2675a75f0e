"""GRU cell in a trainer; gradients are set to zeros, not to None."""

import torch
from torch import nn


class Trainer:
    def __init__(self):
        self.cell = nn.GRUCell(1, 6)
        self.read = nn.Linear(6, 1)
        params = list(self.cell.parameters()) + list(self.read.parameters())
        self.optimizer = torch.optim.SGD(params, lr=0.1)

    def predict(self, x):
        h = torch.zeros(len(x), 6)
        for x_t in x.unbind(1):
            h = self.cell(x_t, h)
        return self.read(h)

    def update(self, loss):
        loss.backward()
        self.optimizer.zero_grad(set_to_none=False)  # <- here
        self.optimizer.step()

    def fit(self, n):
        for _ in range(n):
            x = torch.rand(4, 7, 1)
            self.update((self.predict(x) - x.amax(1)).square().mean())


torch.manual_seed(2)
Trainer().fit(16)
