"""Validation under no_grad, with dropout still dropping."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 16, batch_first=True)
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(16, 1)

    def forward(self, x):
        out, _ = self.gru(x)
        return self.fc(self.drop(out[:, -1]))


torch.manual_seed(0)
x = torch.randn(120, 7, 1)
y = x[:, -2:].sum(1)
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
loss_fn = nn.MSELoss()
for _epoch in range(5):
    model.train()
    for idx in torch.randperm(100).split(10):
        loss = loss_fn(model(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        prediction = model(x[100:])  # <- here
        valid_loss = loss_fn(prediction, y[100:]).item()
