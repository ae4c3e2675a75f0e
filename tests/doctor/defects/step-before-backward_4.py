"""The update follows the loss at once; then come the clearing and the gradients."""

import torch
from torch import nn

torch.manual_seed(3)
gru, linear = nn.GRU(1, 6), nn.Linear(6, 1)
sgd = torch.optim.SGD([*gru.parameters(), *linear.parameters()], lr=0.1)
loss_fn = nn.MSELoss()
for k in range(12):
    wave = torch.sin(torch.arange(9.0) / 2 + k).view(9, 1, 1)
    outputs, _ = gru(wave[:-1])
    loss = loss_fn(linear(outputs), wave[1:])
    sgd.step()  # <- here
    sgd.zero_grad()
    loss.backward()
