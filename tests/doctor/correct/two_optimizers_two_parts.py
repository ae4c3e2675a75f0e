"""Encoder and head have an optimizer each; both step after one backward."""

import torch
from torch import nn

torch.manual_seed(13)
encoder = nn.GRU(1, 8, batch_first=True)
head = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))
enc_opt = torch.optim.Adam(encoder.parameters(), lr=0.02)
head_opt = torch.optim.SGD(head.parameters(), lr=0.05)

for _epoch in range(2):
    for _ in range(12):
        x = torch.randn(8, 8, 1)
        y = x.amax(dim=1)
        enc_opt.zero_grad()
        head_opt.zero_grad()
        loss = nn.functional.mse_loss(head(encoder(x)[1].squeeze(0)), y)
        loss.backward()
        enc_opt.step()
        head_opt.step()
