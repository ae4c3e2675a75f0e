"""Dropout between the layers of a stacked LSTM and before the head."""

import torch
from torch import nn

torch.manual_seed(92)


class Stacked(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 8, num_layers=2, dropout=0.1, batch_first=True)
        self.dropout = nn.Dropout(0.1)
        self.fc = nn.Linear(8, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(self.dropout(out))


model = Stacked()
model.train()
opt = torch.optim.Adam(model.parameters(), lr=0.04)
for _ in range(16):
    x = torch.rand(8, 6, 1)
    opt.zero_grad()
    loss = nn.functional.mse_loss(model(x), x + 0.5)
    loss.backward()
    opt.step()
