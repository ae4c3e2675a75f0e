"""Adam with the learning rate of somebody else's SGD; GRU classifier."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 8, batch_first=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.gru(x)[1][-1])


def fit(net, x, y, epochs, lr):
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    for _ in range(epochs):
        for pick in torch.randperm(len(x)).split(6):
            loss = F.cross_entropy(net(x[pick]), y[pick])
            opt.zero_grad()
            loss.backward()
            opt.step()  # <- here


torch.manual_seed(1)
x = torch.randn(60, 7, 1)
fit(Net(), x, (x.sum((1, 2)) > 0).long(), epochs=2, lr=5.0)
