"""Three things step after one backward: the optimizer, its scheduler and an average of weights."""

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

torch.manual_seed(148)
model = nn.ModuleList([nn.RNN(1, 10), nn.Linear(10, 1)])
average = AveragedModel(model)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.1, total_iters=40)
for _ in range(40):
    x = torch.randn(7, 10, 1)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model[1](model[0](x)[0]), 0.5 * x + 0.5)
    loss.backward()
    optimizer.step()
    scheduler.step()
    average.update_parameters(model)
