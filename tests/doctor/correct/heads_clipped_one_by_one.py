"""Two tasks by turns; all three parts are clipped each time, and one head has no gradient."""

import torch
from torch import nn
from torch.nn.functional import mse_loss

torch.manual_seed(6)
body = nn.GRU(2, 12, batch_first=True)
heads = nn.ModuleList([nn.Linear(12, 1), nn.Linear(12, 1)])
optimizer = torch.optim.Adam([*body.parameters(), *heads.parameters()], lr=0.01)
for k in range(40):
    x = torch.randn(16, 8, 2)
    optimizer.zero_grad()
    loss = mse_loss(heads[k % 2](body(x)[0][:, -1]), x[:, -1, k % 2 : k % 2 + 1])
    loss.backward()
    for part in (*heads, body):
        nn.utils.clip_grad_norm_(part.parameters(), 1.0)
    optimizer.step()
