"""A trainer of small methods, called in an order of its own."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 6, batch_first=True)
        self.fc = nn.Linear(6, 2)

    def forward(self, x):
        return self.fc(self.gru(x)[1][-1])


class Trainer:
    def __init__(self, net):
        self.net = net
        self.opt = torch.optim.Adam(net.parameters(), lr=0.01)

    def clear(self):
        self.opt.zero_grad()

    def update(self):
        self.opt.step()  # <- here

    def train(self, x, y):
        self.clear()
        loss = F.cross_entropy(self.net(x), y)
        self.update()
        loss.backward()
        return loss.item()


torch.manual_seed(1)
trainer = Trainer(Net())
for _ in range(18):
    x = torch.randn(5, 7, 1)
    trainer.train(x, (x[:, -1, 0] > 0).long())
