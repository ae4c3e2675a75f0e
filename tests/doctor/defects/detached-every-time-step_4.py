"""nn.GRU called with one time step at a time."""

import torch
from torch import nn


class Trainer:
    def __init__(self):
        self.gru = nn.GRU(2, 6, batch_first=True)
        self.fc = nn.Linear(6, 1)
        self.optim = torch.optim.Adam([*self.gru.parameters(), *self.fc.parameters()], lr=0.01)

    def unroll(self, x):
        h = torch.zeros(1, len(x), 6)
        for t in range(x.shape[1]):
            _, h = self.gru(x[:, t : t + 1], h.data)  # <- here
        return self.fc(h[-1])

    def update(self, x, y):
        loss = nn.functional.l1_loss(self.unroll(x), y)
        self.optim.zero_grad()
        loss.backward()
        self.optim.step()


torch.manual_seed(3)
trainer = Trainer()
for _ in range(14):
    x = torch.rand(4, 6, 2)
    trainer.update(x, (x[..., 0] * x[..., 1]).sum(1, keepdim=True))
