"""`total` is a sum for a picture in one function, and in another one a mean by examples."""

import torch
from torch import nn
from torch.nn.functional import mse_loss

torch.manual_seed(9)
rnn, out = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *out.parameters()], lr=0.01)
x = torch.randn(70, 8, 1)


def loss_of(rows):
    return mse_loss(out(rnn(x[rows])[0][:, -1]), x[rows, -1])


def train():
    total = 0.0
    for rows in torch.randperm(70).split(20):
        optimizer.zero_grad()
        loss = loss_of(rows)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total


def validate():
    total = 0.0
    with torch.no_grad():
        for rows in torch.arange(70).split(20):
            total += loss_of(rows).item() * len(rows)
    return total / 70


for _ in range(3):
    print(train(), validate())
