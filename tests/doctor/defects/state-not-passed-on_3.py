"""A batch-first layer gets one step at a time in a loop; its state is received and never given."""

import torch
from torch import nn

torch.manual_seed(75)
lstm, head = nn.LSTM(2, 12, batch_first=True), nn.Linear(12, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
for _step in range(40):
    x = torch.randn(8, 6, 2)
    y = x[:, 0, :1] + x[:, -1, 1:]
    for t in range(x.size(1)):
        out, state = lstm(x[:, t : t + 1])  # <- here
    loss = nn.functional.mse_loss(head(out[:, 0]), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
