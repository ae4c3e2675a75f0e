"""One layer in one direction: its only last state is h_n[0]."""

import torch
from torch import nn

torch.manual_seed(16)
lstm, fc = nn.LSTM(3, 12), nn.Linear(12, 3)
opt = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.03)
for _ in range(40):
    x = torch.randn(8, 12, 3)
    y = x[-1].argmax(-1)
    opt.zero_grad()
    _, (h_n, _) = lstm(x)
    loss = nn.functional.cross_entropy(fc(h_n[0]), y)
    loss.backward()
    opt.step()
