"""Truncated BPTT: each sequence is cut in two, with an optimizer step after each half."""

import torch
from torch import nn

torch.manual_seed(24)
T, CUT, H = 12, 6, 8
gru = nn.GRU(1, H, batch_first=True)
head = nn.Linear(H, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.02)

for _epoch in range(2):
    for _ in range(8):
        x = torch.randn(8, T, 1)
        y = 0.2 * x.cumsum(1)
        state = None
        for start in range(0, T, CUT):
            piece = slice(start, start + CUT)
            out, state = gru(x[:, piece], state)
            loss = nn.functional.mse_loss(head(out), y[:, piece])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            state = state.detach()
