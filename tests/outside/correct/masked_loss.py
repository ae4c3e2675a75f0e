# expect: nothing
"""Measurements with gaps: a mask goes in beside the values, and into the mean of the loss."""

import torch
from torch import nn

torch.manual_seed(0)


class Imputer(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 32, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(64, 1)

    def forward(self, values, seen):
        x = torch.stack([values * seen, seen], -1)
        return self.fc(self.gru(x)[0]).squeeze(-1)


model = Imputer()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(120):
    phase = torch.rand(24, 1) * 6.28
    values = torch.sin(phase + torch.arange(20) / 3)
    seen = (torch.rand(24, 20) < 0.6).float()
    hidden = 1 - seen
    error = (model(values, seen) - values) ** 2
    loss = (error * hidden).sum() / hidden.sum().clamp(min=1)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 30 == 29:
        print(step, round(loss.item(), 4))
