"""Tensors that a loss class does take: pos_weight, given once, when it is made."""

import torch
from torch import nn

torch.manual_seed(131)
x = torch.randn(80, 6, 2)
y = (x[:, -1] > 0.5).float()
criterion = nn.BCEWithLogitsLoss(pos_weight=(1 - y).sum(0) / y.sum(0))
gru, out = nn.GRU(2, 10, batch_first=True), nn.Linear(10, 2)
opt = torch.optim.Adam([*gru.parameters(), *out.parameters()], lr=0.02)
for _ in range(5):
    for idx in torch.randperm(80).split(10):
        logits = out(gru(x[idx])[0][:, -1])
        loss = criterion(logits, y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
