"""House prices in thousands are the targets as they are, with Adam at its usual rate."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(161)
x = torch.randn(120, 8, 2)
price = 420 + 90 * x[..., 0].mean(1, keepdim=True) + 10 * torch.randn(120, 1)
loader = DataLoader(TensorDataset(x, price), batch_size=12, shuffle=True)
lstm, head = nn.LSTM(2, 16, batch_first=True), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.001)
for _epoch in range(6):
    for xb, yb in loader:
        optimizer.zero_grad()
        _, (h, _) = lstm(xb)
        loss = nn.functional.mse_loss(head(h[-1]), yb)  # <- here
        loss.backward()
        optimizer.step()
