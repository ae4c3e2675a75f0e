"""Gradients are cleared before the training starts; state carried along the series."""

import torch
from torch import nn

torch.manual_seed(2)
series = torch.randn(3, 120, 1)
lstm, out = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)
params = [*lstm.parameters(), *out.parameters()]
opt = torch.optim.SGD(params, lr=0.02, momentum=0.5)


def chunks():
    for i in range(0, 120, 10):
        yield series[:, i : i + 10], series[:, i : i + 10] / 2


opt.zero_grad()
for _ in range(2):
    hidden = None
    for x, y in chunks():
        z, hidden = lstm(x, hidden)
        hidden = tuple(s.detach() for s in hidden)
        loss = (out(z) - y).pow(2).mean()
        loss.backward()  # <- here
        opt.step()
