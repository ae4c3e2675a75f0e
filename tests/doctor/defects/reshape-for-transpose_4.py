"""Embedded words come batch-first; a view makes them time-first for a loop over a cell."""

import torch
from torch import nn

torch.manual_seed(3)
words = torch.randint(0, 14, (72, 7))
label = (words[:, -1] > 6).long()
emb, cell, fc = nn.Embedding(14, 6), nn.LSTMCell(6, 12), nn.Linear(12, 2)
net = nn.ModuleList([emb, cell, fc])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(5):
    for idx in torch.randperm(72).split(9):
        steps = emb(words[idx]).view(7, 9, 6)  # <- here
        h = c = torch.zeros(9, 12)
        for x_t in steps:
            h, c = cell(x_t, (h, c))
        loss = nn.functional.cross_entropy(fc(h), label[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
