"""Clipping by norm between backward and step; the norms are kept for a plot."""

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_

torch.manual_seed(60)


class Adder(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(2, 8, batch_first=True, nonlinearity="relu")
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


def adding_problem(n, t):
    values = torch.rand(n, t)
    marks = torch.zeros(n, t)
    marks[:, 0] = 1
    marks[:, t // 2] = 1
    return torch.stack([values, marks], -1), (values * marks).sum(1, keepdim=True)


model = Adder()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
norms = []
for _epoch in range(2):
    for _ in range(10):
        x, y = adding_problem(8, 10)
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm=1.0).item())
        optimizer.step()
