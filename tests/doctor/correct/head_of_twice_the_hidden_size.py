"""A head for both directions of a GRU has twice its hidden size as inputs."""

import torch
from torch import nn

torch.manual_seed(101)
recording = torch.randn(64, 10, 4)
alarm = (recording[..., 1].mean(1, keepdim=True) > 0).float()
gru = nn.GRU(4, 9, batch_first=True, bidirectional=True)
head = nn.Linear(2 * gru.hidden_size, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.02)
loss_fn = nn.BCEWithLogitsLoss()
for _ in range(4):
    for idx in torch.randperm(64).split(16):
        optimizer.zero_grad()
        _, h_n = gru(recording[idx])
        loss = loss_fn(head(torch.cat([h_n[0], h_n[1]], dim=-1)), alarm[idx])
        loss.backward()
        optimizer.step()
