"""Attention by bmm of a query that was not turned the right way."""

import torch
from torch import nn


class Attend(nn.Module):
    def __init__(self, hidden=12):
        super().__init__()
        self.gru = nn.GRU(2, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        keys, h = self.gru(x)
        query = h[-1].unsqueeze(1)
        weights = torch.bmm(keys, query).softmax(1)  # <- here
        return self.out((weights * keys).sum(1))


torch.manual_seed(2)
net = Attend()
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(20):
    x = torch.randn(10, 7, 2)
    loss = nn.functional.mse_loss(net(x), x[..., :1].mean(1))
    opt.zero_grad()
    loss.backward()
    opt.step()
