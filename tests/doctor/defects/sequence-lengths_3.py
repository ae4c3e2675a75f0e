"""The lengths of the whole data set with the sequences of one batch."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

torch.manual_seed(2)
lens = torch.randint(3, 9, (60,)).sort(descending=True).values
x = torch.randn(8, 60, 2) * (torch.arange(8)[:, None] < lens).unsqueeze(-1)
y = x.sum((0, 2))[:, None] / lens[:, None]
rnn, fc = nn.RNN(2, 10), nn.Linear(10, 1)
opt = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.01)
for _ in range(3):
    for idx in torch.randperm(60).split(12):
        idx = idx.sort().values
        packed = pack_padded_sequence(x[:, idx], lens)  # <- here
        _, h = rnn(packed)
        loss = nn.functional.mse_loss(fc(h[-1]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
