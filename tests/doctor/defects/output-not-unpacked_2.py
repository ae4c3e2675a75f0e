"""The last time step of a GRU's output."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Last(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 6, batch_first=True)
        self.fc = nn.Linear(6, 2)

    def forward(self, x):
        last = self.gru(x)[:, -1]  # <- here
        return self.fc(last)


torch.manual_seed(1)
x = torch.randn(40, 7, 1)
loader = DataLoader(TensorDataset(x, (x.sum((1, 2)) > 0).long()), batch_size=5, shuffle=True)
net = Last()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for xb, yb in loader:
    loss = F.cross_entropy(net(xb), yb)
    opt.zero_grad()
    loss.backward()
    opt.step()
