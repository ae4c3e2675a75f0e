"""A hand-driven cell that finds its memory elsewhere."""

import torch
from torch import nn

torch.manual_seed(3)
cell, readout = nn.RNNCell(1, 6), nn.Linear(6, 1)
optimizer = torch.optim.SGD([*cell.parameters(), *readout.parameters()], lr=0.1)
start = torch.zeros(4, 6, device="meta")


def predict(x):
    memory = start
    for x_t in x.unbind(1):
        memory = cell(x_t, memory)  # <- here
    return readout(memory)


for _ in range(8):
    x = torch.rand(4, 6, 1)
    optimizer.zero_grad()
    loss = (predict(x) - x.amax(1)).pow(2).mean()
    loss.backward()
    optimizer.step()
