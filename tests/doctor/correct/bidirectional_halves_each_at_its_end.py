"""Both halves of a bidirectional GRU are read where each of them has seen everything."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(12)
hidden = 10
x = torch.randn(120, 9, 2)
y = (x.mean((1, 2)) > 0).long()
gru = nn.GRU(2, hidden, batch_first=True, bidirectional=True)
head = nn.Linear(2 * hidden, 2)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(4):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=12, shuffle=True):
        optimizer.zero_grad()
        out, _ = gru(xb)
        summary = torch.cat([out[:, -1, :hidden], out[:, 0, hidden:]], dim=1)
        loss = F.cross_entropy(head(summary), yb)
        loss.backward()
        optimizer.step()
