"""Dropout between two LSTM layers; model.train() comes before the validation, not after."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 12, num_layers=2, dropout=0.3, batch_first=True)
        self.fc = nn.Linear(12, 1)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


torch.manual_seed(2)
x = torch.sin(torch.rand(100, 1) * 6 + 0.5 * torch.arange(9))[..., None]
train_set = TensorDataset(x[:80, :-1], x[:80, -1])
model = Forecast()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(6):
    for xb, yb in DataLoader(train_set, batch_size=10, shuffle=True):
        loss = nn.functional.mse_loss(model(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.train()
    with torch.no_grad():
        guess = model(x[80:, :-1])  # <- here
        error = nn.functional.mse_loss(guess, x[80:, -1]).item()
