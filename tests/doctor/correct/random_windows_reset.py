"""Windows from random places of a series, each from zeros."""

import torch
from torch import nn

torch.manual_seed(216)
series = torch.sin(torch.arange(0, 60, 0.2))
rnn, read = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
opt = torch.optim.Adam([*rnn.parameters(), *read.parameters()], lr=0.01)
for _ in range(20):
    starts = torch.randint(0, 280, (8,))
    windows = torch.stack([series[s : s + 13] for s in starts])[..., None]
    outputs, _ = rnn(windows[:, :-1])
    loss = nn.functional.mse_loss(read(outputs), windows[:, 1:])
    opt.zero_grad()
    loss.backward()
    opt.step()
