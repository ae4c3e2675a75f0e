"""Gradients are dropped by p.grad = None in a loop over the parameters."""

import torch
from torch import nn

torch.manual_seed(56)
net = nn.ModuleDict({"rnn": nn.LSTM(3, 8, batch_first=True), "fc": nn.Linear(8, 3)})
opt = torch.optim.Adam(net.parameters(), lr=0.03)


def forget_gradients():
    for p in net.parameters():
        p.grad = None


for _ in range(20):
    x = torch.randn(8, 5, 3)
    y = x.mean(1)
    h, _ = net["rnn"](x)
    loss = nn.functional.mse_loss(net["fc"](h[:, -1]), y)
    forget_gradients()
    loss.backward()
    opt.step()
