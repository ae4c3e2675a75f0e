"""The losses of five batches wait in a list with their graphs; one backward takes them all."""

import torch
from torch import nn

torch.manual_seed(213)
lstm, read = nn.LSTM(1, 6, batch_first=True), nn.Linear(6, 1)
opt = torch.optim.Adam([*lstm.parameters(), *read.parameters()], lr=0.02)
for _ in range(8):
    waiting = []
    for _ in range(5):
        x = torch.randn(3, 6, 1)
        waiting.append(nn.functional.mse_loss(read(lstm(x)[0][:, -1]), x.mean(1)))
    opt.zero_grad()
    torch.stack(waiting).mean().backward()
    opt.step()
