"""nn.CrossEntropyLoss()(scores, labels): made and called in one line."""

import torch
from torch import nn

torch.manual_seed(111)
signals = torch.randn(48, 8, 1)
labels = (signals[:, :, 0].mean(1) > 0).long()
lstm = nn.LSTM(1, 8, batch_first=True)
fc = nn.Linear(8, 2)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.03)
for _ in range(5):
    for idx in torch.randperm(48).split(12):
        optimizer.zero_grad()
        out, _ = lstm(signals[idx])
        scores = fc(out[:, -1])
        loss = nn.CrossEntropyLoss()(scores, labels[idx])
        loss.backward()
        optimizer.step()
