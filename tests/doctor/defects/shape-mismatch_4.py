"""A context for each sequence is joined to the inputs of all steps without being repeated."""

import torch
from torch import nn

torch.manual_seed(3)
gru, fc = nn.GRU(5, 10, batch_first=True), nn.Linear(10, 1)
opt = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.01)
for _ in range(20):
    x, context = torch.randn(10, 7, 2), torch.randn(10, 1, 3)
    inputs = torch.cat([x, context], dim=2)  # <- here
    out, _ = gru(inputs)
    loss = nn.functional.mse_loss(fc(out), x[..., :1] + context[..., :1])
    opt.zero_grad()
    loss.backward()
    opt.step()
