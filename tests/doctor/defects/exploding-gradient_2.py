"""A linear recurrence, orthogonal times two and a half, in a trainer."""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.inward = nn.Linear(2, size)
        self.around = nn.Linear(size, size, bias=False)
        self.outward = nn.Linear(size, 1)
        nn.init.orthogonal_(self.around.weight, gain=2.5)

    def forward(self, x):
        h = torch.zeros(len(x), self.around.in_features)
        for x_t in x.unbind(1):
            h = self.inward(x_t) + self.around(h)
        return self.outward(h)


class Trainer:
    def __init__(self, model):
        self.model = model
        self.opt = torch.optim.Adam(model.parameters(), lr=0.002)

    def update(self, x, y):
        self.opt.zero_grad()
        loss = nn.functional.l1_loss(self.model(x), y)
        loss.backward()  # <- here
        self.opt.step()


torch.manual_seed(1)
trainer = Trainer(Linear(6))
for _ in range(16):
    x = torch.randn(5, 10, 2)
    trainer.update(x, x.sum(-1).mean(1, keepdim=True))
