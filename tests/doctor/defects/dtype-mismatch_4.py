"""Weights in single precision, inputs read as Python's numbers in double."""

import math

import torch

torch.manual_seed(3)
W_in = torch.randn(1, 6, requires_grad=True)
W_rec = (torch.randn(6, 6) / 3).requires_grad_()
W_out = torch.randn(6, 1, requires_grad=True)
optimizer = torch.optim.Adam([W_in, W_rec, W_out], lr=0.01)
numbers = [[math.sin(0.3 * t + k) for t in range(9)] for k in range(4)]
for _ in range(10):
    x = torch.tensor(numbers, dtype=torch.float64)
    h = torch.zeros(4, 6)
    loss = torch.zeros(())
    for t in range(8):
        h = torch.tanh(x[:, t : t + 1] @ W_in + h @ W_rec)  # <- here
        loss = loss + (h @ W_out - x[:, t + 1 : t + 2]).pow(2).mean() / 8
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
