"""The loss is added up step by step along time and goes backward once."""

from itertools import pairwise

import torch
from torch import nn

torch.manual_seed(83)
V = 3
table, cell, out = nn.Embedding(V, 8), nn.GRUCell(8, 8), nn.Linear(8, V)
everything = nn.ModuleList([table, cell, out])
opt = torch.optim.Adam(everything.parameters(), lr=0.03)
for _ in range(20):
    tokens = (torch.randint(V, (1, 8)) + torch.arange(9)[:, None]) % V  # (T + 1, B)
    h = torch.zeros(8, 8)
    loss = 0
    for now, then in pairwise(tokens):
        h = cell(table(now), h)
        loss += nn.functional.cross_entropy(out(h), then)
    loss = loss / 8
    opt.zero_grad()
    loss.backward()
    opt.step()
