"""Dot-product attention of all steps to all, normalised over the batch: axis 0."""

import torch
from torch import nn

torch.manual_seed(3)
gru, query, fc = nn.GRU(2, 10, batch_first=True), nn.Linear(10, 10), nn.Linear(10, 1)
net = nn.ModuleList([gru, query, fc])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(50):
    x = torch.randn(9, 6, 2)
    states, _ = gru(x)
    fit = query(states) @ states.mT / 10**0.5
    attention = fit.softmax(0)  # <- here
    pred = fc(attention @ states)
    loss = nn.functional.mse_loss(pred, x[..., :1].mean(1, keepdim=True).expand(-1, 6, -1))
    opt.zero_grad()
    loss.backward()
    opt.step()
