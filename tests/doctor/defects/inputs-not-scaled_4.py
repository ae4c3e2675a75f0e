"""Counts of some hundreds in three columns go raw into an LSTM cell."""

import torch
from torch import nn

torch.manual_seed(157)
counts = torch.poisson(torch.rand(7, 90, 3) * 900 + 100)
y = (counts[-1, :, 0] > counts[-1, :, 1]).long()
cell, fc = nn.LSTMCell(3, 16), nn.Linear(16, 2)
optimizer = torch.optim.Adam([*cell.parameters(), *fc.parameters()], lr=0.005)
for _epoch in range(5):
    for i in torch.randperm(90).split(10):
        state = None
        for now in counts[:, i]:
            state = cell(now, state)  # <- here
        loss = nn.functional.cross_entropy(fc(state[0]), y[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
