"""A pyramid: pairs of neighbouring steps become one step of twice the features."""

import torch
from torch import nn

torch.manual_seed(142)
low, high = nn.GRU(2, 8, batch_first=True), nn.GRU(16, 10, batch_first=True)
head = nn.Linear(10, 1)
net = nn.ModuleList([low, high, head])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(50):
    x = torch.randn(8, 8, 2)
    out, _ = low(x)
    out = out.reshape(8, 4, 16)
    out, _ = high(out)
    loss = nn.functional.mse_loss(head(out[:, -1]), x[:, -1, :1] + x[:, -2, :1])
    opt.zero_grad()
    loss.backward()
    opt.step()
