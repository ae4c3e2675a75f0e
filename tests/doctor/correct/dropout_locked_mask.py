"""Variational dropout: one mask for all time steps, drawn anew for each batch."""

import torch

torch.manual_seed(93)
rnn, lin = torch.nn.GRU(2, 8), torch.nn.Linear(8, 1)
opt = torch.optim.Adam([*rnn.parameters(), *lin.parameters()], lr=0.02)


def locked(x, p=0.2):
    keep = (torch.rand(1, *x.shape[1:]) > p).float() / (1 - p)
    return x * keep


for _ in range(20):
    x = torch.randn(7, 8, 2)
    y = x.sum(-1, keepdim=True) * 0.3
    outs, _ = rnn(x)
    loss = torch.nn.functional.mse_loss(lin(locked(outs)), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
