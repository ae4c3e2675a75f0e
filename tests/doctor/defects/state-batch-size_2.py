"""LSTM over a sliced array: the number of rows is no multiple of the batch."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 6, batch_first=True)
        self.fc = nn.Linear(6, 2)

    def forward(self, x, hc=None):
        y, hc = self.lstm(x, hc)  # <- here
        return self.fc(y), hc


torch.manual_seed(1)
rows = torch.randn(43, 8, 2).cumsum(1) / 4
net, carried = Model(), None
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for i in range(0, len(rows), 5):
    batch = rows[i : i + 5]
    prediction, (h, c) = net(batch[:, :-1], carried)
    carried = (h.detach(), c.detach())
    loss = F.smooth_l1_loss(prediction, batch[:, 1:])
    opt.zero_grad()
    loss.backward()
    opt.step()
