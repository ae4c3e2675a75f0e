"""A gate halved in place once it has been used, though backward needs it as it was."""

import torch
from torch import nn


class Leaky(nn.Module):
    def __init__(self, hidden=12):
        super().__init__()
        self.hidden = hidden
        self.gate = nn.Linear(2 + hidden, hidden)
        self.cand = nn.Linear(2, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        h = torch.zeros(len(x), self.hidden)
        for x_t in x.unbind(1):
            g = torch.sigmoid(self.gate(torch.cat([x_t, h], 1)))
            h = g * h + (1 - g) * torch.tanh(self.cand(x_t))
            g.mul_(0.5)  # <- here
        return self.out(h)


torch.manual_seed(1)
net = Leaky()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(20):
    x = torch.randn(10, 6, 2)
    loss = nn.functional.mse_loss(net(x), x[:, -1, :1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
