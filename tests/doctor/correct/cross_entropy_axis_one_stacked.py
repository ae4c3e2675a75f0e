"""Logits are stacked along the last axis, so they are born as (B, C, T) with T equal to C."""

import torch
from torch import nn

torch.manual_seed(108)
cell, scores = nn.RNNCell(5, 8), nn.Linear(8, 5)
opt = torch.optim.Adam([*cell.parameters(), *scores.parameters()], lr=0.03)
criterion = nn.CrossEntropyLoss()
for _ in range(16):
    symbols = torch.randint(5, (8, 5))
    onehot = nn.functional.one_hot(symbols, 5).float()
    h, steps = torch.zeros(8, 8), []
    for t in range(5):
        h = cell(onehot[:, t], h)
        steps.append(scores(h))
    logits = torch.stack(steps, dim=-1)  # (B, C, T)
    loss = criterion(logits, symbols)
    opt.zero_grad()
    loss.backward()
    opt.step()
