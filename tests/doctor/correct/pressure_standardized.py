"""Air pressure, less its mean and divided by its spread, tells rising from falling."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(152)
slope = torch.randn(120, 1)
pressure = 1013 + slope * torch.arange(-4.0, 5.0) + 0.5 * torch.randn(120, 9)
rising = (slope[:, 0] > 0).long()
scaled = (pressure - pressure.mean()) / pressure.std()
loader = DataLoader(TensorDataset(scaled.unsqueeze(-1), rising), batch_size=12, shuffle=True)
gru, head = nn.GRU(1, 12, batch_first=True), nn.Linear(12, 2)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(5):
    for xb, yb in loader:
        optimizer.zero_grad()
        _, h = gru(xb)
        loss = nn.functional.cross_entropy(head(h[-1]), yb)
        loss.backward()
        optimizer.step()
