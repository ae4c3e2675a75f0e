"""A loader gives rows of a batch; they are turned for a GRU that wants time first."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(202)
x = torch.randn(40, 8, 2)
loader = DataLoader(TensorDataset(x, x.sum((1, 2))[:, None] / 4), batch_size=8, shuffle=True)
gru, head = nn.GRU(2, 6), nn.Linear(6, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(3):
    for inputs, targets in loader:
        outputs, _ = gru(inputs.transpose(0, 1))
        loss = nn.functional.mse_loss(head(outputs[-1]), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
