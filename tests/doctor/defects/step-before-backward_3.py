"""A hand-driven LSTM cell, the update between the clearing and the gradients."""

import torch
from torch import nn

torch.manual_seed(2)
cell, out = nn.LSTMCell(2, 6), nn.Linear(6, 1)
params = list(cell.parameters()) + list(out.parameters())
opt = torch.optim.Adam(params, lr=0.01)


def forward(x):
    h, c = torch.zeros(len(x), 6), torch.zeros(len(x), 6)
    for t in range(x.shape[1]):
        h, c = cell(x[:, t], (h, c))
    return out(h)


for _ in range(16):
    x = torch.rand(4, 6, 2)
    opt.zero_grad()
    opt.step()  # <- here
    loss = nn.functional.mse_loss(forward(x), x.mean((1, 2))[:, None])
    loss.backward()
    nn.utils.clip_grad_norm_(params, 1.0)
