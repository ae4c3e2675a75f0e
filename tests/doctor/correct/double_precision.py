"""Model and data both in float64, which agrees with itself."""

import torch
from torch import nn

torch.manual_seed(135)
rnn = nn.RNN(1, 8, batch_first=True).double()
fc = nn.Linear(8, 1, dtype=torch.float64)
opt = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.02)
for _ in range(16):
    x = torch.randn(8, 6, 1, dtype=torch.float64)
    loss = nn.functional.mse_loss(fc(rnn(x)[0]), x.sin())
    opt.zero_grad()
    loss.backward()
    opt.step()
