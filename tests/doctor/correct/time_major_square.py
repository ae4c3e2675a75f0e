"""Time first and as many steps as rows, which is no mistake when the data say so."""

import torch
from torch.nn.functional import mse_loss

torch.manual_seed(50)
gru = torch.nn.GRU(1, 8)
head = torch.nn.Linear(8, 1)
opt = torch.optim.RMSprop([*gru.parameters(), *head.parameters()], lr=0.01)

for _ in range(16):
    time_by_batch = torch.rand(8, 8, 1)
    running_max = time_by_batch.cummax(dim=0).values
    outs, _ = gru(time_by_batch)
    opt.zero_grad()
    mse_loss(head(outs), running_max).backward()
    opt.step()
