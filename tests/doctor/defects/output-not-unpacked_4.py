"""A GRU that is as wide as its input predicts the next step by itself."""

import torch
from torch import nn

torch.manual_seed(3)
gru = nn.GRU(3, 3)
loss_fn = nn.MSELoss()
sgd = torch.optim.SGD(gru.parameters(), lr=0.1)


def chunks(walk, length):
    for i in range(0, len(walk) - length, length):
        yield walk[i : i + length], walk[i + 1 : i + length + 1]


walk = torch.sin(torch.arange(81.0).view(-1, 1, 1) / torch.tensor([3.0, 5.0, 7.0])) * 0.8
for now, following in chunks(walk, 8):
    prediction = gru(now)
    loss = loss_fn(prediction, following)  # <- here
    sgd.zero_grad()
    loss.backward()
    sgd.step()
