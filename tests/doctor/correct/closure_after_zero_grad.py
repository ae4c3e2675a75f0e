"""The gradients are cleared outside of the closure that computes them."""

import torch
from torch import nn

torch.manual_seed(221)
rnn = nn.RNN(1, 1, batch_first=True)
opt = torch.optim.SGD(rnn.parameters(), lr=0.1)
x = torch.randn(4, 6, 1)


def closure():
    loss = nn.functional.mse_loss(rnn(x)[0], x)
    loss.backward()
    return loss


for _ in range(12):
    opt.zero_grad()
    opt.step(closure)
