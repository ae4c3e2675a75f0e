"""An initial state of zeros without the axis for the layers."""

import torch
from torch import nn


class Forecaster(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.hidden = hidden
        self.gru = nn.GRU(1, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, x):
        h0 = torch.zeros(x.size(0), self.hidden)
        out, _ = self.gru(x, h0)  # <- here
        return self.fc(out[:, -1])


torch.manual_seed(0)
start = torch.rand(96, 1) * 6
waves = torch.sin(start + 0.4 * torch.arange(13))
inputs, targets = waves[:, :-1, None], waves[:, -1:]
net = Forecaster()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(2):
    for idx in torch.randperm(96).split(12):
        loss = nn.functional.mse_loss(net(inputs[idx]), targets[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
