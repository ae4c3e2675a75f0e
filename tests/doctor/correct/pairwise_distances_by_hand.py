"""A loss over all pairs of a batch, on purpose: shapes (B, 1) and (1, B)."""

import torch
from torch import nn

torch.manual_seed(219)
rnn, read = nn.RNN(1, 6, batch_first=True), nn.Linear(6, 1)
opt = torch.optim.Adam([*rnn.parameters(), *read.parameters()], lr=0.01)
for _ in range(16):
    x = torch.randn(5, 6, 1)
    got, want = read(rnn(x)[0][:, -1]), x.sum(1)
    loss = ((got - got.T) - (want - want.T)).square().mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
