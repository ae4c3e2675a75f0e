"""LSTMCell stepped by hand; its memory is begun with one tensor."""

import torch
from torch import nn

torch.manual_seed(2)
cell = nn.LSTMCell(3, 5)
proj = nn.Linear(5, 3)
opt = torch.optim.SGD(list(cell.parameters()) + list(proj.parameters()), lr=0.1)


def run(sequence):
    hidden = torch.zeros(sequence.shape[1], 5)
    total = 0
    for t in range(len(sequence) - 1):
        hidden = cell(sequence[t], hidden)  # <- here
        total = total + nn.functional.mse_loss(proj(hidden), sequence[t + 1])
    return total / (len(sequence) - 1)


for _ in range(10):
    opt.zero_grad()
    loss = run(torch.rand(9, 4, 3).cumsum(0) / 9)
    loss.backward()
    opt.step()
