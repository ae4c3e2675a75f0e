"""Both directions, and the largest output over time goes to the head."""

import torch
from torch import nn

torch.manual_seed(18)
rnn, fc = nn.LSTM(1, 10, bidirectional=True), nn.Linear(20, 1)
opt = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.02)
for _ in range(50):
    x = torch.randn(10, 12, 1)
    y = x.amax(0)
    opt.zero_grad()
    out, _ = rnn(x)
    loss = nn.functional.mse_loss(fc(out.amax(0)), y)
    loss.backward()
    opt.step()
