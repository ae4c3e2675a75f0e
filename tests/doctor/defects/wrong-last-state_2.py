"""Batch-first LSTM, time-first reading: out[-1] is the last example, step by step."""

import torch
from torch import nn

torch.manual_seed(13)
bits = torch.randint(2, (150, 10))
lstm = nn.LSTM(1, 12, batch_first=True)
head = nn.Linear(12, 2)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(4):
    for batch in bits[torch.randperm(150)].split(10):
        parity = batch[:, -2:].sum(1) % 2
        optimizer.zero_grad()
        out, _ = lstm(batch.float().unsqueeze(-1))
        last = out[-1]  # <- here
        loss = nn.functional.cross_entropy(head(last), parity)
        loss.backward()
        optimizer.step()
