"""Two layers, and a state for one."""

import torch
from torch import nn

torch.manual_seed(1)
layers, hidden = 2, 10
lstm = nn.LSTM(1, hidden, num_layers=layers)
readout = nn.Linear(hidden, 1)
opt = torch.optim.Adam([*lstm.parameters(), *readout.parameters()], lr=0.01)
for _ in range(20):
    x = torch.randn(9, 16, 1)
    y = x[-2:].mean(0)
    state = (torch.zeros(1, 16, hidden), torch.zeros(1, 16, hidden))
    out, state = lstm(x, state)  # <- here
    loss = nn.functional.mse_loss(readout(out[-1]), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
