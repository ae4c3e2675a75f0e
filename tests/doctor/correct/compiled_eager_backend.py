"""The readout goes through torch.compile with the eager backend."""

import torch
from torch import nn

torch.manual_seed(68)
rnn = nn.RNN(1, 8, batch_first=True)
readout = nn.Linear(8, 1)
fast = torch.compile(readout, backend="eager")
opt = torch.optim.Adam([*rnn.parameters(), *readout.parameters()], lr=0.02)
for _ in range(12):
    x = torch.randn(8, 6, 1)
    loss = nn.functional.mse_loss(fast(rnn(x)[0]), x * 0.5)
    opt.zero_grad()
    loss.backward()
    opt.step()
