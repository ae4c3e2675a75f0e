"""Yes or no at every time step, with integers for yes and no."""

import torch
from torch import nn

torch.manual_seed(3)
cell, score = nn.GRUCell(1, 6), nn.Linear(6, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *score.parameters()], lr=0.02)
bce = nn.BCEWithLogitsLoss()
for _ in range(12):
    x = torch.randn(4, 8, 1)
    rising = (x.cumsum(1) > 0).long()
    h, scores = torch.zeros(4, 6), []
    for t in range(8):
        h = cell(x[:, t], h)
        scores.append(score(h))
    loss = bce(torch.stack(scores, 1), rising)  # <- here
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
