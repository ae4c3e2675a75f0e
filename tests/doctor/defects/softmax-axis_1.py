"""Attention over time-first outputs, with its softmax over the sequences of the batch."""

import torch
from torch import nn


class Attentive(nn.Module):
    def __init__(self, hidden=12):
        super().__init__()
        self.gru = nn.GRU(2, hidden)
        self.score = nn.Linear(hidden, 1)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        states, _ = self.gru(x)
        weights = torch.softmax(self.score(states), dim=1)  # <- here
        context = (weights * states).sum(0)
        return self.out(context)


torch.manual_seed(0)
x = torch.randn(9, 80, 2)
y = x[..., 0].amax(0)[:, None]
net = Attentive()
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(5):
    for idx in torch.randperm(80).split(10):
        loss = nn.functional.mse_loss(net(x[:, idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
