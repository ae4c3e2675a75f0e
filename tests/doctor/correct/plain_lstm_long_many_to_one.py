"""An LSTM over a hundred steps; only the last one is judged."""

import torch
from torch import nn

torch.manual_seed(209)
lstm, read = nn.LSTM(2, 12), nn.Linear(12, 2)
optimizer = torch.optim.RMSprop([*lstm.parameters(), *read.parameters()], lr=0.002)
for _ in range(12):
    x = torch.randn(100, 4, 2)
    scores = read(lstm(x)[1][0][-1])
    loss = nn.functional.cross_entropy(scores, (x[-3:].sum((0, 2)) > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
