"""The state is a tensor of all steps, filled step by step in place while it is being read."""

import torch
from torch import nn

torch.manual_seed(3)
read, recur, out = nn.Linear(1, 10), nn.Linear(10, 10), nn.Linear(10, 1)
net = nn.ModuleList([read, recur, out])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(20):
    x = torch.randn(8, 6, 1)
    states = torch.zeros(8, 7, 10)
    for t in range(6):
        new = torch.tanh(read(x[:, t]) + recur(states[:, t]))
        states[:, t + 1] = new  # <- here
    loss = nn.functional.mse_loss(out(states[:, -1]), x[:, -1])
    opt.zero_grad()
    loss.backward()
    opt.step()
