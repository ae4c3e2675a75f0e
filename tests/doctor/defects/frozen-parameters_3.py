"""Only the head was to be trained at first; nobody thaws the GRU, yet the optimizer holds it."""

import torch
from torch import nn

torch.manual_seed(55)
gru, head = nn.GRU(2, 14, batch_first=True), nn.Linear(14, 1)
for name, weight in gru.named_parameters():
    if name.startswith("weight"):
        weight.requires_grad = False
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)  # <- here
for _step in range(40):
    x = torch.randn(10, 6, 2)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(head(gru(x)[0]), x[..., :1] - x[..., 1:])
    loss.backward()
    optimizer.step()
