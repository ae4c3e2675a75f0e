"""A plain RNN over sixty steps with torch's own start: its gradient fades, as it always does."""

import torch
from torch import nn

torch.manual_seed(208)
rnn, read = nn.RNN(1, 16, batch_first=True), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *read.parameters()], lr=0.005)
for _ in range(16):
    x = torch.randn(6, 60, 1)
    loss = nn.functional.mse_loss(read(rnn(x)[0][:, -1]), x[:, -5:].mean(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
