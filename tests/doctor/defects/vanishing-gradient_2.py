"""A cell of sigmoids: each step back in time divides the gradient by four at least."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class SigmoidCell(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.x2h, self.h2h = nn.Linear(d, h), nn.Linear(h, h, bias=False)

    def forward(self, x, h):
        return torch.sigmoid(self.x2h(x) + self.h2h(h))


class Model(nn.Module):
    def __init__(self, size=8):
        super().__init__()
        self.size = size
        self.cell = SigmoidCell(1, size)
        self.fc = nn.Linear(size, 2)

    def forward(self, x):
        h = torch.zeros(len(x), self.size)
        for x_t in x.unbind(1):
            h = self.cell(x_t, h)
        return self.fc(h)


torch.manual_seed(1)
x = torch.randn(40, 12, 1)
loader = DataLoader(TensorDataset(x, (x[:, 0, 0] > 0).long()), batch_size=5, shuffle=True)
model = Model()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(2):
    for xb, yb in loader:
        opt.zero_grad()
        loss = F.cross_entropy(model(xb), yb)
        loss.backward()  # <- here
        opt.step()
