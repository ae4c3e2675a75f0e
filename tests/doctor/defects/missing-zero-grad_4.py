"""A cell by hand; the call that clears the gradients has lost its brackets."""

import torch
from torch import nn

torch.manual_seed(3)
cell = nn.RNNCell(1, 8)
readout = nn.Linear(8, 1)
optimizer = torch.optim.RMSprop([*cell.parameters(), *readout.parameters()], lr=0.005)


def forward(x):
    h = torch.zeros(x.shape[0], 8)
    for t in range(x.shape[1]):
        h = cell(x[:, t], h)
    return readout(h)


for _ in range(20):
    x = torch.rand(5, 6, 1)
    y = x.mean(1)
    optimizer.zero_grad  # noqa: B018
    loss = nn.functional.mse_loss(forward(x), y)
    loss.backward()  # <- here
    optimizer.step()
