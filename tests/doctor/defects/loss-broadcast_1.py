"""The mean of a sequence, one number for each."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(48, 8, 1)
y = x.mean((1, 2))
rnn = nn.RNN(1, 8, batch_first=True)
head = nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
loss_fn = nn.MSELoss()
for _epoch in range(2):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=4, shuffle=True):
        optimizer.zero_grad()
        _, state = rnn(xb)
        loss = loss_fn(head(state[-1]), yb)  # <- here
        loss.backward()
        optimizer.step()
