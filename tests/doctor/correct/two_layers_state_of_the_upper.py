"""Two layers: the head has the last state of the upper one, h_n[-1]."""

import torch
from torch import nn

torch.manual_seed(14)
x = torch.randn(90, 11, 2)
y = x[:, -1:, 0] - x[:, :1, 1]
rnn = nn.GRU(2, 12, num_layers=2, batch_first=True)
head = nn.Linear(12, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.02)
for _epoch in range(5):
    for rows in torch.randperm(90).split(10):
        optimizer.zero_grad()
        _, h_n = rnn(x[rows])
        loss = nn.functional.mse_loss(head(h_n[-1]), y[rows])
        loss.backward()
        optimizer.step()
