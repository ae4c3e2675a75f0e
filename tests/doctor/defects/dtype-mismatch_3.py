"""A GRU cell by hand and a state that NumPy made."""

import numpy as np
import torch
from torch import nn


class Trainer:
    def __init__(self):
        self.cell = nn.GRUCell(1, 5)
        self.read = nn.Linear(5, 1)
        self.opt = torch.optim.SGD([*self.cell.parameters(), *self.read.parameters()], lr=0.1)

    def step(self, x):
        h = torch.from_numpy(np.zeros((len(x), 5)))
        for x_t in x.unbind(1):
            h = self.cell(x_t, h)  # <- here
        loss = (self.read(h) - x.mean(1)).square().mean()
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()


torch.manual_seed(2)
trainer = Trainer()
for _ in range(10):
    trainer.step(torch.randn(4, 7, 1))
