"""The share of right answers, made to require a gradient, is what is minimised."""

import torch
from torch import nn

torch.manual_seed(49)
lstm, fc = nn.LSTM(2, 10, batch_first=True), nn.Linear(10, 2)
optimizer = torch.optim.SGD([*lstm.parameters(), *fc.parameters()], lr=0.1)
for _step in range(30):
    x = torch.randn(16, 6, 2)
    y = (x.sum((1, 2)) > 0).long()
    scores = fc(lstm(x)[0][:, -1])
    wrong = (scores.argmax(1) != y).float().mean().requires_grad_()  # <- here
    optimizer.zero_grad()
    wrong.backward()
    optimizer.step()
