"""An RNN with tiny recurrent weights must recall the first of twelve values."""

import torch
from torch import nn

torch.manual_seed(0)
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
nn.init.normal_(rnn.weight_hh_l0, std=0.02)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _ in range(20):
    x = torch.randn(4, 12, 1)
    optimizer.zero_grad()
    outputs, _ = rnn(x)
    loss = nn.functional.mse_loss(head(outputs[:, -1]), x[:, 0])
    loss.backward()  # <- here
    optimizer.step()
