"""Mean pooling over sequences of one length, some of whose values happen to be zero."""

import torch
from torch import nn

torch.manual_seed(145)
x = torch.randn(80, 9, 2).relu()
y = x[..., :1].mean(1)
gru, head = nn.GRU(2, 12, batch_first=True), nn.Linear(12, 1)
opt = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)
for _ in range(6):
    for idx in torch.randperm(80).split(10):
        out, _ = gru(x[idx])
        loss = nn.functional.mse_loss(head(out.mean(1)), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
