"""The first state is made on the device of the batch, whatever that is."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, hidden=6):
        super().__init__()
        self.hidden = hidden
        self.gru = nn.GRU(1, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 2)

    def forward(self, x):
        h0 = torch.zeros(1, len(x), self.hidden, device=x.device, dtype=x.dtype)
        _, h = self.gru(x, h0)
        return self.fc(h[-1])


torch.manual_seed(404)
model = Net().to("cpu")
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(30):
    x = torch.randn(8, 7, 1)
    loss = F.cross_entropy(model(x), (x.sum((1, 2)) > 0).long())
    opt.zero_grad()
    loss.backward()
    opt.step()
