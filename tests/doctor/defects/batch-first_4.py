"""A first state for every sequence of the batch, and the sequences row by row."""

import torch
from torch import nn

torch.manual_seed(3)
batch_size, steps, width = 4, 10, 6
rows = torch.randn(40, steps, 2)
answers = rows.mean((1, 2))[:, None]
lstm = nn.LSTM(2, width)
head = nn.Linear(width, 1)
opt = torch.optim.SGD([*lstm.parameters(), *head.parameters()], lr=0.1)
for first in range(0, 40, batch_size):
    x, y = rows[first : first + batch_size], answers[first : first + batch_size]
    h0, c0 = torch.zeros(1, batch_size, width), torch.zeros(1, batch_size, width)
    out, _ = lstm(x, (h0, c0))  # <- here
    loss = ((head(out[:, -1]) - y) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
