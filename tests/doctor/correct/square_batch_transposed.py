"""As many sequences as steps, and a proper transpose to time-first."""

import torch
from torch import nn

torch.manual_seed(113)
T, F = 8, 2
X = torch.randn(64, T, F)
y = X[:, -3:, 0].sum(1, keepdim=True)
rnn = nn.RNN(F, 14)
head = nn.Linear(14, 1)
opt = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        x = X[idx].transpose(0, 1)
        out, _ = rnn(x)
        loss = nn.functional.mse_loss(head(out[-1]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
