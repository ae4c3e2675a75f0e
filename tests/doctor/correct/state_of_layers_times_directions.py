"""Two layers, both directions: four states, made anew for each batch."""

import torch
from torch import nn

torch.manual_seed(125)
layers, hidden = 2, 10
lstm = nn.LSTM(1, hidden, num_layers=layers, bidirectional=True)
readout = nn.Linear(2 * hidden, 1)
opt = torch.optim.Adam([*lstm.parameters(), *readout.parameters()], lr=0.02)
for _ in range(30):
    x = torch.randn(6, 16, 1)
    zeros = torch.zeros(layers * 2, 16, hidden)
    out, _ = lstm(x, (zeros, zeros))
    pred = readout(out)
    loss = nn.functional.mse_loss(pred, x + x.flip(0))
    opt.zero_grad()
    loss.backward()
    opt.step()
