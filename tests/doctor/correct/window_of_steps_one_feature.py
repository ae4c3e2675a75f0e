"""Ten past values of a wave as ten steps of one feature."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(62)
wave = torch.sin(torch.arange(0, 80, 0.2)) + 0.05 * torch.randn(400)
windows = wave.unfold(0, 11, 3)
past, following = windows[:, :10], windows[:, 10:]
loader = DataLoader(TensorDataset(past, following), batch_size=13, shuffle=True)
lstm = nn.LSTM(1, 16, batch_first=True)
fc = nn.Linear(16, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.01)
for _epoch in range(4):
    for xb, yb in loader:
        optimizer.zero_grad()
        out, _ = lstm(xb.unsqueeze(-1))
        loss = nn.functional.mse_loss(fc(out[:, -1]), yb)
        loss.backward()
        optimizer.step()
