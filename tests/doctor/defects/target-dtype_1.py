"""Which half is louder? The labels come from a comparison."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(40, 8, 1)
labels = (x[:, :4].abs().sum((1, 2)) > x[:, 4:].abs().sum((1, 2))).float()
gru = nn.GRU(1, 8, batch_first=True)
head = nn.Linear(8, 2)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)
loss_fn = nn.CrossEntropyLoss()
for xb, yb in DataLoader(TensorDataset(x, labels), batch_size=5, shuffle=True):
    optimizer.zero_grad()
    _, state = gru(xb)
    loss = loss_fn(head(state[-1]), yb)  # <- here
    loss.backward()
    optimizer.step()
