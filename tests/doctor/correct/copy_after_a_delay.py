"""The target is the input three steps ago: an echo that has to be remembered."""

import torch
from torch import nn

torch.manual_seed(28)
rnn, out = nn.GRU(1, 20), nn.Linear(20, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *out.parameters()], lr=0.02)
for _step in range(60):
    x = torch.rand(12, 16, 1)
    y = torch.cat([torch.zeros(3, 16, 1), x[:-3]])
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(out(rnn(x)[0]), y)
    loss.backward()
    optimizer.step()
