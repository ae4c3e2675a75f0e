"""The state goes on from batch to batch, and the graph with it."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(4, 80, 2)
y = x.sum(-1, keepdim=True)
rnn = nn.RNN(2, 8, batch_first=True)
readout = nn.Linear(8, 1)
optimizer = torch.optim.SGD([*rnn.parameters(), *readout.parameters()], lr=0.05)

state = torch.zeros(1, 4, 8)
for chunk, goal in zip(x.split(10, 1), y.split(10, 1), strict=True):
    optimizer.zero_grad()
    hidden, state = rnn(chunk, state)
    loss = nn.functional.mse_loss(readout(hidden), goal)
    loss.backward(retain_graph=True)  # <- here
    optimizer.step()
