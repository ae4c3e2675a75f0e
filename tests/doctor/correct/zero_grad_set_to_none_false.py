"""zero_grad(set_to_none=False) fills the gradients with zeros instead of dropping them."""

import torch
from torch import nn

torch.manual_seed(53)
rnn, fc = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.02)
for _ in range(3):
    for _ in range(8):
        x = torch.randn(8, 7, 1)
        y = x.mean(dim=1)
        optimizer.zero_grad(set_to_none=False)
        _, last = rnn(x)
        loss = nn.functional.mse_loss(fc(last[0]), y)
        loss.backward()
        optimizer.step()
