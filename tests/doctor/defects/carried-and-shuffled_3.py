"""A list of pieces of one series, shuffled by the standard library each epoch; GRU."""

import random

import torch
from torch import nn

random.seed(2)
torch.manual_seed(2)
walk = (torch.randn(3, 81, 1) / 4).cumsum(1)
pieces = [walk[:, i : i + 11] for i in range(0, 71, 10)]
gru, linear = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
sgd = torch.optim.SGD([*gru.parameters(), *linear.parameters()], lr=0.05, momentum=0.9)


def update(piece, h):
    z, h = gru(piece[:, :-1], h)  # <- here
    loss = nn.functional.smooth_l1_loss(linear(z), piece[:, 1:])
    sgd.zero_grad()
    loss.backward()
    sgd.step()
    return h.detach()


for _ in range(3):
    random.shuffle(pieces)
    hidden = torch.zeros(1, 3, 8)
    for piece in pieces:
        hidden = update(piece, hidden)
