"""The first state is made on another device than the batch."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self, device):
        super().__init__()
        self.device = device
        self.gru = nn.GRU(1, 6, batch_first=True)
        self.fc = nn.Linear(6, 2)

    def forward(self, x):
        h0 = torch.zeros(1, len(x), 6, device=self.device)
        _, h = self.gru(x, h0)  # <- here
        return self.fc(h[-1])


torch.manual_seed(1)
x = torch.randn(40, 7, 1)
loader = DataLoader(TensorDataset(x, (x.sum((1, 2)) > 0).long()), batch_size=4, shuffle=True)
model = Net("meta")
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for xb, yb in loader:
    loss = F.cross_entropy(model(xb), yb)
    opt.zero_grad()
    loss.backward()
    opt.step()
