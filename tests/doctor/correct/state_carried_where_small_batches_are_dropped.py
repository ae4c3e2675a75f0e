"""Parallel streams by a loader in order that drops what is left over: the state always fits."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(435)
series = torch.sin(torch.arange(0, 90, 0.2)) + 0.1 * torch.randn(450)
streams = series[:440].view(4, 110)
x, y = streams[:, :-1].unfold(1, 12, 12), streams[:, 1:].unfold(1, 12, 12)  # (4, 9, 12)
x, y = (part.transpose(0, 1).reshape(-1, 12, 1) for part in (x, y))  # piece by piece, 4 rows each
loader = DataLoader(TensorDataset(x[:-2], y[:-2]), batch_size=4, drop_last=True)
gru, head = nn.GRU(1, 10, batch_first=True), nn.Linear(10, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)
for _ in range(4):
    state = None
    for now, following in loader:
        outputs, state = gru(now, state)
        state = state.detach()
        loss = nn.functional.mse_loss(head(outputs), following)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
