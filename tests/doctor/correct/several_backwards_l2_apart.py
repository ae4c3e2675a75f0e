"""The data loss and a penalty on the weights go backward one after the other."""

import torch
from torch import nn


def batches(n):
    for _ in range(n):
        x = torch.randn(8, 7, 2)
        yield x, x.prod(-1).mean(1, keepdim=True)


torch.manual_seed(82)
net, fc = nn.GRU(2, 8, batch_first=True), nn.Linear(8, 1)
opt = torch.optim.Adam([*net.parameters(), *fc.parameters()], lr=0.02)
for _ in range(2):
    for x, y in batches(9):
        opt.zero_grad()
        nn.functional.mse_loss(fc(net(x)[1][-1]), y).backward()
        penalty = 1e-3 * sum(w.pow(2).sum() for w in net.parameters())
        penalty.backward()
        opt.step()
