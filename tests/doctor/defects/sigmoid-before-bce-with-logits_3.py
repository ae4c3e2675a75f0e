"""A Sequential head that closes with nn.Sigmoid, and a weighted loss of logits."""

import torch
from torch import nn

torch.manual_seed(2)
x = torch.randn(7, 90, 2)
fault = ((x[-2:] > 0.3).sum((0, 2)) > 2).float()[:, None]
gru = nn.GRU(2, 12)
head = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 1), nn.Sigmoid())
criterion = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0]))
opt = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)
for _ in range(6):
    for cols in torch.randperm(90).split(10):
        _, h = gru(x[:, cols])
        p = head(h[0])
        loss = criterion(p, fault[cols])  # <- here
        opt.zero_grad()
        loss.backward()
        opt.step()
