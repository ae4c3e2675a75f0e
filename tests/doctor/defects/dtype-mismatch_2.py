"""A projection before the LSTM meets double precision first."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Linear(3, 4)
        self.lstm = nn.LSTM(4, 6, batch_first=True)
        self.classify = nn.Linear(6, 2)

    def forward(self, x):
        z = self.project(x)  # <- here
        _, (h, _) = self.lstm(z.tanh())
        return self.classify(h[-1])


torch.manual_seed(1)
rng = np.random.default_rng(1)
x = rng.standard_normal((40, 6, 3))
y = (x.mean((1, 2)) > 0).astype(np.int64)
data = TensorDataset(torch.as_tensor(x), torch.as_tensor(y))
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for xb, yb in DataLoader(data, batch_size=5, shuffle=True):
    opt.zero_grad()
    loss = F.cross_entropy(net(xb), yb)
    loss.backward()
    opt.step()
