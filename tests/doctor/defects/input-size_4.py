"""The head was made for the hidden size that the LSTM had before it was made larger."""

import torch
from torch import nn

torch.manual_seed(3)
lstm = nn.LSTM(2, 24)
head = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 2))
opt = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
for _ in range(20):
    x = torch.randn(7, 12, 2)
    y = (x[-1].sum(1) > 0).long()
    _, (h, c) = lstm(x)
    scores = head(h[-1])  # <- here
    loss = nn.functional.cross_entropy(scores, y)
    opt.zero_grad()
    loss.backward()
    opt.step()
