"""A running total of detached losses, read once an epoch."""

import torch
from torch import nn

torch.manual_seed(85)
rnn, fc = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)
opt = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.03)
BATCHES, epochs = 8, []
for _ in range(3):
    total = torch.zeros(())
    for _n in range(BATCHES):
        x = torch.randn(8, 6, 1)
        loss = nn.functional.mse_loss(fc(rnn(x)[0]), 0.5 * x)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.detach()
    epochs.append(total.item() / BATCHES)
