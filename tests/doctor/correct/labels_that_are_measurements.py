"""What is called label is a measured number with a fraction: a regression."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(208)
x = torch.randn(120, 7, 1)
labels = x[:, -3:].mean(1)
loader = DataLoader(TensorDataset(x, labels), batch_size=12, shuffle=True)
rnn, head = nn.GRU(1, 16, batch_first=True), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.02)
criterion = nn.MSELoss()
for _epoch in range(5):
    for xb, label in loader:
        optimizer.zero_grad()
        loss = criterion(head(rnn(xb)[1][-1]), label)
        loss.backward()
        optimizer.step()
