"""After each update of Adam the recurrent weights are shrunk by hand, under no_grad."""

import torch
from torch import nn

torch.manual_seed(157)
lstm, head = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.02)
for _ in range(40):
    x = torch.randn(12, 6, 1)
    loss = nn.functional.mse_loss(head(lstm(x)[0][:, -1]), x[:, -2])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        lstm.weight_hh_l0.mul_(0.999)
