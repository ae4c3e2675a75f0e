"""Fine-tuning: the optimizer is given the new head alone; the body gets gradients for nothing."""

import torch
from torch import nn
from torch.nn.functional import mse_loss

torch.manual_seed(10)
body, head = nn.GRU(1, 12, batch_first=True), nn.Linear(12, 1)
optimizer = torch.optim.Adam(head.parameters(), lr=0.01)
for _ in range(30):
    x = torch.randn(16, 8, 1)
    optimizer.zero_grad()
    mse_loss(head(body(x)[0][:, -1]), x[:, -1]).backward()
    optimizer.step()
