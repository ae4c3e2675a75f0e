# expect: nothing
"""A moving average of the weights is kept beside the model, and judged on held-out data."""

import copy

import torch
from torch import nn

torch.manual_seed(0)
DECAY = 0.95


class Echo(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(1, 24, batch_first=True)
        self.fc = nn.Linear(24, 1)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


def batch(count):
    x = torch.randn(count, 12, 1)
    return x, torch.cat([torch.zeros(count, 2, 1), x[:, :-2]], 1)


model = Echo()
averaged = copy.deepcopy(model).eval().requires_grad_(False)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
held_out = batch(64)
for step in range(150):
    x, y = batch(32)
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for kept, new in zip(averaged.parameters(), model.parameters(), strict=True):
            kept.lerp_(new, 1 - DECAY)
    if step % 50 == 49:
        with torch.no_grad():
            judged = nn.functional.mse_loss(averaged(held_out[0]), held_out[1])
        print(step, round(loss.item(), 4), round(judged.item(), 4))
