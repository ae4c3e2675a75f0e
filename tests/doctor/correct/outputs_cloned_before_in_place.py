"""Activations are cloned, and the clone is changed in place."""

import torch
from torch import nn

torch.manual_seed(153)
gru, mix, head = nn.GRU(2, 10, batch_first=True), nn.Linear(10, 10), nn.Linear(10, 1)
net = nn.ModuleList([gru, mix, head])
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(40):
    length = torch.randint(3, 8, (10,))
    dead = torch.arange(7) >= length[:, None]
    x = torch.randn(10, 7, 2).masked_fill(dead.unsqueeze(-1), 0)
    feats = torch.tanh(mix(gru(x)[0])).clone()
    feats[dead] = 0.0
    pred = head(feats.sum(1) / length[:, None]).squeeze(1)
    loss = nn.functional.mse_loss(pred, x.sum((1, 2)) / length)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
