"""Batches come batch-first, the RNN reads time first; a view makes the shapes agree."""

import torch
from torch import nn

torch.manual_seed(0)
B, T, F = 12, 8, 2
X = torch.randn(96, T, F)
y = X[:, -3:, 0].sum(1, keepdim=True)
rnn = nn.RNN(F, 14)
head = nn.Linear(14, 1)
opt = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _ in range(6):
    for idx in torch.randperm(96).split(B):
        x = X[idx].view(T, B, F)  # <- here
        out, _ = rnn(x)
        loss = nn.functional.mse_loss(head(out[-1]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
