"""The total norm is worked out by hand and all gradients are scaled by one factor."""

import math

import torch

torch.manual_seed(63)


def clip(params, limit):
    norm = math.sqrt(sum(float(p.grad.pow(2).sum()) for p in params))
    if norm > limit:
        for p in params:
            p.grad.mul_(limit / norm)
    return norm


rnn = torch.nn.RNN(1, 8, batch_first=True)
fc = torch.nn.Linear(8, 1)
params = [*rnn.parameters(), *fc.parameters()]
opt = torch.optim.Adam(params, lr=0.02)
for _ in range(20):
    x = torch.randn(8, 9, 1)
    y = x.unfold(1, 3, 1).mean(-1)  # (B, T - 2, 1): mean of the last three
    loss = (fc(rnn(x)[0])[:, 2:] - y).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    clip(params, 0.7)
    opt.step()
