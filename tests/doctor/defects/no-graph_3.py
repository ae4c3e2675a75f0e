"""An LSTM's predictions are drawn while it trains."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(2)
windows = torch.sin(torch.arange(0, 50, 0.2)).unfold(0, 11, 6)[:40, :, None]
loader = DataLoader(TensorDataset(windows[:, :-1], windows[:, 1:]), batch_size=5, shuffle=True)
lstm, linear = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)
opt = torch.optim.Adam([*lstm.parameters(), *linear.parameters()], lr=0.01)
curves = []
for past, future in loader:
    z, _ = lstm(past)
    prediction = linear(z)
    loss = nn.functional.mse_loss(prediction, future)
    opt.zero_grad()
    loss.backward()
    opt.step()
    curves.append(prediction[0, :, 0].numpy())  # <- here
