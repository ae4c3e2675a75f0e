"""Answers are True and False in the data set, and floats for the binary cross-entropy."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(432)
x = torch.randn(64, 10, 1)
rose = x[:, -1] > x[:, 0]
loader = DataLoader(TensorDataset(x, rose), batch_size=8, shuffle=True)
gru, fc = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.02)
right = 0
for _ in range(4):
    for series, answer in loader:
        logits = fc(gru(series)[1][0])
        loss = nn.functional.binary_cross_entropy_with_logits(logits, answer.to(logits.dtype))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        right += int(((logits > 0) == answer).sum())
