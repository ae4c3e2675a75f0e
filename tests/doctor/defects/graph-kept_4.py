"""The loss of all batches of an epoch in one sum, for a scheduler to look at."""

import torch
from torch import nn

torch.manual_seed(3)
cell, head = nn.GRUCell(1, 8), nn.Linear(8, 2)
opt = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=0.02)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, patience=3)
x = torch.randn(60, 7, 1)
y = (x.sum((1, 2)) > 0).long()


def logits_of(batch):
    h = torch.zeros(len(batch), 8)
    for now in batch.unbind(1):
        h = cell(now, h)
    return head(h)


for _ in range(2):
    running = torch.zeros(())
    for i in range(0, 60, 6):
        loss = nn.functional.cross_entropy(logits_of(x[i : i + 6]), y[i : i + 6])
        opt.zero_grad()
        loss.backward()
        opt.step()
        running = running + loss / 10  # <- here
    plateau.step(running.item())
