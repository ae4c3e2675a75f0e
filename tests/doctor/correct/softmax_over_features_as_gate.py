"""A softmax over the features of a state: weights of a mixture of values."""

import torch
from torch import nn

torch.manual_seed(148)
gru, choose, values = nn.GRU(2, 12, batch_first=True), nn.Linear(12, 4), nn.Linear(12, 4)
net = nn.ModuleList([gru, choose, values])
opt = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(50):
    x = torch.randn(10, 6, 2)
    out, _ = gru(x)
    mixture = torch.softmax(choose(out), dim=2)
    pred = (mixture * values(out)).sum(2)
    loss = nn.functional.mse_loss(pred, x.amax(2))
    opt.zero_grad()
    loss.backward()
    opt.step()
