"""The optimizer is made inside the loop over the batches."""

import torch
from torch import nn

torch.manual_seed(131)
rnn, head = nn.LSTM(2, 8, batch_first=True), nn.Linear(8, 1)
for _step in range(40):
    x = torch.randn(8, 6, 2)
    y = (x[..., :1] * x[..., 1:]).sum(1)
    optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.005)  # <- here
    optimizer.zero_grad()
    out, _ = rnn(x)
    loss = nn.functional.mse_loss(head(out[:, -1]), y)
    loss.backward()
    optimizer.step()
