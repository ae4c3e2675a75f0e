"""Sequences of one batch are read one by one, each from no state: they have nothing in common."""

import torch
from torch import nn

torch.manual_seed(76)
lstm, head = nn.LSTM(2, 12), nn.Linear(12, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.03)
for _step in range(25):
    sequences = [torch.randn(n, 2) for n in torch.randint(3, 8, (6,)).tolist()]
    y = torch.stack([s[-1, :1] for s in sequences])
    lasts = []
    for sequence in sequences:
        out, _ = lstm(sequence)
        lasts.append(out[-1])
    loss = nn.functional.mse_loss(head(torch.stack(lasts)), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
