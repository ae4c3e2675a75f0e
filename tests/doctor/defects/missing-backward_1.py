"""The loss is computed and the optimizer steps."""

import torch
from torch import nn

torch.manual_seed(0)
windows = torch.sin(torch.arange(0, 50, 0.2)).unfold(0, 11, 6)[:40, :, None]
gru, head = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(2):
    for batch in windows.split(4):
        optimizer.zero_grad()
        outputs, _ = gru(batch[:, :-1])
        loss = nn.functional.mse_loss(head(outputs), batch[:, 1:])
        optimizer.step()  # <- here
