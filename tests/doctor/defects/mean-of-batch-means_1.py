"""The loss of an epoch: the batches' losses over their number; the last batch has one row."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(41, 8, 1)
y = x.mean(1)
y[-1] = 2.0
loader = DataLoader(TensorDataset(x, y), batch_size=5)
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(2):
    total = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        outputs, _ = rnn(xb)
        loss = nn.functional.mse_loss(head(outputs[:, -1]), yb)
        loss.backward()
        optimizer.step()
        total += loss.item()  # <- here
    epoch_loss = total / len(loader)
