"""Mean losses of four batches are summed up in the gradient, and nobody divides."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(121)
x = torch.randn(128, 7, 1)
loader = DataLoader(TensorDataset(x, x.mean(1)), batch_size=2, shuffle=True)
rnn, head = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.SGD([*rnn.parameters(), *head.parameters()], lr=0.02)
accumulate = 4
for _epoch in range(2):
    for i, (xb, yb) in enumerate(loader):
        loss = nn.functional.mse_loss(head(rnn(xb)[0][:, -1]), yb)
        loss.backward()  # <- here
        if (i + 1) % accumulate == 0:
            optimizer.step()
            optimizer.zero_grad()
