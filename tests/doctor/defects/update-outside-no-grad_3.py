"""Weight decay by hand between two updates of Adam, under autograd."""

import torch
from torch import nn

torch.manual_seed(2)
lstm, head = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
for _ in range(20):
    x = torch.randn(12, 6, 1)
    loss = nn.functional.mse_loss(head(lstm(x)[0][:, -1]), x[:, -2])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    lstm.weight_hh_l0.mul_(0.999)  # <- here
