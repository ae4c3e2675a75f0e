"""A GRU as wide as its input predicts the next step by itself, by the first part of its pair."""

import torch
from torch import nn

torch.manual_seed(426)
gru = nn.GRU(3, 3)
loss_fn = nn.MSELoss()
sgd = torch.optim.SGD(gru.parameters(), lr=0.1)


def chunks(walk, length):
    for i in range(0, len(walk) - length, length):
        yield walk[i : i + length], walk[i + 1 : i + length + 1]


walk = torch.sin(torch.arange(161.0).view(-1, 1, 1) / torch.tensor([3.0, 5.0, 7.0])) * 0.8
state = None
for now, following in chunks(walk, 8):
    prediction, state = gru(now, state)
    state = state.detach()
    loss = loss_fn(prediction, following)
    sgd.zero_grad()
    loss.backward()
    sgd.step()
