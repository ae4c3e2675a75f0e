"""Last states of both directions: the batch axis goes first, and then they are flattened."""

import torch
from torch import nn

torch.manual_seed(133)
x = torch.randn(80, 8, 3)
y = (x[:, -2:, 0].sum(1) > 0).long()
gru = nn.GRU(3, 10, batch_first=True, bidirectional=True)
fc = nn.Linear(20, 2)
optimizer = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.02)
for _ in range(6):
    for idx in torch.randperm(80).split(10):
        _, h_n = gru(x[idx])
        summary = h_n.permute(1, 0, 2).reshape(len(idx), -1)
        loss = nn.functional.cross_entropy(fc(summary), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
