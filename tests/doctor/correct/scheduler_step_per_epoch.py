"""StepLR, stepped once an epoch after the batches."""

import torch
from torch import nn
from torch.optim.lr_scheduler import StepLR

torch.manual_seed(27)
x = torch.randn(64, 8, 2)
y = (x[:, :, :1] - x[:, :, 1:]).cumsum(1) * 0.2

model = nn.RNN(2, 8, batch_first=True)
out = nn.Linear(8, 1)
optimizer = torch.optim.Adam(list(model.parameters()) + list(out.parameters()), lr=0.05)
scheduler = StepLR(optimizer, step_size=1, gamma=0.5)
mse = nn.MSELoss()

for _epoch in range(3):
    for xb, yb in zip(x.chunk(8), y.chunk(8), strict=True):
        optimizer.zero_grad()
        mse(out(model(xb)[0]), yb).backward()
        optimizer.step()
    scheduler.step()
