"""The losses of four batches are added up with their graphs, then comes one backward."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(214)
x = torch.randn(64, 6, 1)
loader = DataLoader(TensorDataset(x, x.mean(1)), batch_size=4, shuffle=True)
gru, read = nn.GRU(1, 6, batch_first=True), nn.Linear(6, 1)
opt = torch.optim.Adam([*gru.parameters(), *read.parameters()], lr=0.01)
total = 0.0
for k, (xb, yb) in enumerate([pair for _ in range(3) for pair in loader], start=1):
    total = total + nn.functional.mse_loss(read(gru(xb)[0][:, -1]), yb) / 4
    if k % 4 == 0:
        opt.zero_grad()
        total.backward()
        opt.step()
        total = 0.0
