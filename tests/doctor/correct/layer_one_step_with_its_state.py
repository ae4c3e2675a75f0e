"""A batch-first layer gets one step at a time in a loop, each time with its state."""

import torch
from torch import nn

torch.manual_seed(78)
lstm, head = nn.LSTM(2, 12, batch_first=True), nn.Linear(12, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.02)
for _step in range(50):
    x = torch.randn(8, 4, 2)
    y = x[:, -2, :1] + x[:, -1, 1:]
    state = None
    for t in range(x.size(1)):
        out, state = lstm(x[:, t : t + 1], state)
    loss = nn.functional.mse_loss(head(out[:, 0]), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
