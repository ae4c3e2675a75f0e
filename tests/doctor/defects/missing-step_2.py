"""The brackets of the update are missing; LSTM classifier."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 6, batch_first=True)
        self.fc = nn.Linear(6, 2)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


def fit(net, n):
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(n):
        x = torch.randn(6, 7, 1)
        y = (x[:, -2:].sum((1, 2)) > 0).long()
        opt.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()  # <- here
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step  # noqa: B018


torch.manual_seed(1)
fit(Net(), 20)
