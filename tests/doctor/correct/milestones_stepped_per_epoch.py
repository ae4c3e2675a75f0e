"""MultiStepLR with milestones in epochs, stepped once an epoch; the last epochs only polish."""

import torch
from torch import nn

torch.manual_seed(98)
x = torch.randn(70, 8, 2)
lstm, fc = nn.LSTM(2, 12, batch_first=True), nn.Linear(12, 2)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.03)
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[5, 7], gamma=0.1)
for _epoch in range(8):
    for batch in x[torch.randperm(70)].split(10):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(fc(lstm(batch)[0][:, -1]), batch[:, -1])
        loss.backward()
        optimizer.step()
    scheduler.step()
