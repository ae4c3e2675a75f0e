"""No shuffling, but the classes come by turns, so that each batch has all of them."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(88)
y = torch.arange(4).repeat(30)
x = torch.randn(120, 6, 2) + torch.randn(4, 1, 2)[y]
loader = DataLoader(TensorDataset(x, y), batch_size=12)
gru, fc = nn.GRU(2, 12, batch_first=True), nn.Linear(12, 4)
optimizer = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.02)
for _epoch in range(4):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(fc(gru(xb)[1][0]), yb)
        loss.backward()
        optimizer.step()
