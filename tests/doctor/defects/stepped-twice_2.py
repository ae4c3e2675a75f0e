"""train_batch makes its step, and the loop that calls it makes another."""

import torch
from torch import nn


def train_batch(parts, opt, x, y):
    lstm, fc = parts
    opt.zero_grad()
    _, (h, _) = lstm(x)
    loss = nn.functional.cross_entropy(fc(h[-1]), y)
    loss.backward()
    nn.utils.clip_grad_norm_([*lstm.parameters(), *fc.parameters()], 1.0)
    opt.step()
    return loss.item()


torch.manual_seed(143)
parts = nn.LSTM(3, 12, batch_first=True), nn.Linear(12, 3)
optimizer = torch.optim.Adam([p for part in parts for p in part.parameters()], lr=0.005)
x = torch.randn(96, 8, 3)
y = x.mean(1).argmax(1)
for _epoch in range(5):
    for rows in torch.randperm(96).split(12):
        train_batch(parts, optimizer, x[rows], y[rows])
        optimizer.step()  # <- here
