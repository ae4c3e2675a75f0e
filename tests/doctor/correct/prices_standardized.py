"""House prices in thousands, less their mean and divided by their spread, are the targets."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(162)
x = torch.randn(120, 8, 2)
price = 420 + 90 * x[..., 0].mean(1, keepdim=True) + 10 * torch.randn(120, 1)
scaled = (price - price.mean()) / price.std()
loader = DataLoader(TensorDataset(x, scaled), batch_size=12, shuffle=True)
lstm, head = nn.LSTM(2, 16, batch_first=True), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(6):
    for xb, yb in loader:
        optimizer.zero_grad()
        _, (h, _) = lstm(xb)
        loss = nn.functional.mse_loss(head(h[-1]), yb)
        loss.backward()
        optimizer.step()
