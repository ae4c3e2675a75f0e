"""LBFGS with a closure over one fixed batch."""

import torch
from torch import nn

torch.manual_seed(17)
x = torch.randn(8, 8, 1)
y = x.cumsum(1) * 0.3
rnn = nn.RNN(1, 6, batch_first=True)
lin = nn.Linear(6, 1)
opt = torch.optim.LBFGS([*rnn.parameters(), *lin.parameters()], lr=0.5, max_iter=4)


def closure():
    opt.zero_grad()
    loss = nn.functional.mse_loss(lin(rnn(x)[0]), y)
    loss.backward()
    return loss


losses = [opt.step(closure).item() for _ in range(8)]
