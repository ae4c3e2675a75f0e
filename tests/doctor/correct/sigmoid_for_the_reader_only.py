"""The loss is given logits; a sigmoid of them is used for the accuracy alone."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(114)
x = torch.randn(80, 8, 2)
y = (x[:, -4:, 0].sum(1, keepdim=True) > 0).float()
loader = DataLoader(TensorDataset(x, y), batch_size=10, shuffle=True)
lstm, fc = nn.LSTM(2, 12, batch_first=True), nn.Linear(12, 1)
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.02)
for _ in range(6):
    right = 0
    for xb, yb in loader:
        logits = fc(lstm(xb)[0][:, -1])
        chance = torch.sigmoid(logits)
        right += ((chance > 0.5) == yb.bool()).sum().item()
        loss = loss_fn(logits, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
