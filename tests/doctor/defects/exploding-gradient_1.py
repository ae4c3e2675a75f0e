"""A relu RNN whose recurrent weights make everything grow; nothing is clipped."""

import torch
from torch import nn

torch.manual_seed(0)
rnn = nn.RNN(1, 8, nonlinearity="relu", batch_first=True)
head = nn.Linear(8, 1)
with torch.no_grad():
    rnn.weight_hh_l0.copy_(2.5 * torch.eye(8))
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.001)
for _ in range(20):
    x = torch.randn(4, 12, 1)
    optimizer.zero_grad()
    outputs, _ = rnn(x)
    loss = nn.functional.mse_loss(head(outputs[:, -1]), x.mean(1))
    loss.backward()  # <- here
    optimizer.step()
