"""Packed and padded again, then averaged over all steps, empty ones included."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Pool(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 12, batch_first=True, bidirectional=True)
        self.out = nn.Linear(24, 1)

    def forward(self, x, n):
        packed = pack_padded_sequence(x, n, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.gru(packed)[0], batch_first=True)
        return self.out(torch.mean(states, 1))  # <- here


torch.manual_seed(1)
n = torch.randint(3, 11, (64,))
x = torch.randn(64, 10, 2) * (torch.arange(10) < n[:, None]).unsqueeze(-1)
y = x[..., :1].sum(1) / n[:, None]
net = Pool()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        loss = nn.functional.mse_loss(net(x[idx], n[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
