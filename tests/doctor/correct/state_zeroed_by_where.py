"""A hand-made cell whose state is set to zero with torch.where, not in place."""

import torch
from torch import nn

torch.manual_seed(108)
read_in, recur, read_out = nn.Linear(1, 12), nn.Linear(12, 12), nn.Linear(12, 1)
net = nn.ModuleList([read_in, recur, read_out])
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(30):
    x = torch.randn(10, 8, 1)
    length = torch.randint(5, 9, (10,))
    alive = torch.arange(8) < length[:, None]
    h = torch.zeros(10, 12)
    outputs = []
    for t in range(8):
        h = torch.tanh(read_in(x[:, t]) + recur(h))
        h = torch.where(alive[:, t, None], h, torch.zeros_like(h))
        outputs.append(read_out(h))
    pred = torch.cat(outputs, 1)
    loss = ((pred - x[..., 0]) ** 2)[alive].mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
