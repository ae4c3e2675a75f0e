"""A chance for each step, squashed by hand, for the loss of logits."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(1)
cell, head = nn.LSTMCell(1, 12), nn.Linear(12, 1)
optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=0.02)
for _ in range(50):
    x = torch.randn(12, 7, 1)
    above = (x.cumsum(1)[..., 0] > 0).float()
    h = c = torch.zeros(12, 12)
    probs = []
    for t in range(7):
        h, c = cell(x[:, t], (h, c))
        probs.append(head(h).sigmoid())
    loss = F.binary_cross_entropy_with_logits(torch.cat(probs, 1), above)  # <- here
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
