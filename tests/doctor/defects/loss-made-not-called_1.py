"""Scores and labels go where the class expects its settings."""

import torch
from torch import nn

torch.manual_seed(0)
signals = torch.randn(48, 10, 1)
labels = (signals[:, :, 0].max(1).values > 1.5).long()
lstm = nn.LSTM(1, 8, batch_first=True)
fc = nn.Linear(8, 2)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.01)
for _ in range(3):
    for idx in torch.randperm(48).split(12):
        optimizer.zero_grad()
        out, _ = lstm(signals[idx])
        scores = fc(out[:, -1])
        loss = nn.CrossEntropyLoss(scores, labels[idx])  # <- here
        loss.backward()
        optimizer.step()
