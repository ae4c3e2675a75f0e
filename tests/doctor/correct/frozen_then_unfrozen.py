"""First epoch trains the head alone; then the GRU thaws and joins as a new param group."""

import torch
from torch import nn

torch.manual_seed(34)
body = nn.GRU(2, 8, batch_first=True).requires_grad_(False)
head = nn.Linear(8, 2)
opt = torch.optim.Adam(head.parameters(), lr=0.06)


def epoch():
    for _ in range(10):
        x = torch.randn(8, 6, 2)
        label = (x[:, -1, 0] > x[:, -1, 1]).long()
        loss = nn.functional.cross_entropy(head(body(x)[0][:, -1]), label)
        opt.zero_grad()
        loss.backward()
        opt.step()


epoch()
body.requires_grad_(True)
opt.add_param_group({"params": body.parameters(), "lr": 0.03})
epoch()
