"""Two steps in one pass of the loop, each on a gradient of its own: second on the same batch."""

import torch
from torch import nn


def step(lstm, fc, opt, x, y):
    opt.zero_grad()
    _, (h, _) = lstm(x)
    loss = nn.functional.cross_entropy(fc(h[-1]), y)
    loss.backward()
    opt.step()


torch.manual_seed(144)
lstm, fc = nn.LSTM(3, 12, batch_first=True), nn.Linear(12, 3)
opt = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.01)
x = torch.randn(96, 8, 3)
y = x.mean(1).argmax(1)
for _epoch in range(4):
    for rows in torch.randperm(96).split(12):
        step(lstm, fc, opt, x[rows], y[rows])
        step(lstm, fc, opt, x[rows], y[rows])
