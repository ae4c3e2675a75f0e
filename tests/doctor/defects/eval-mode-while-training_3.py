"""A trainer with one switch, set the wrong way; a normalised LSTM's output."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 8)
        self.norm = nn.BatchNorm1d(8)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        return self.out(self.norm(h[-1]))


class Trainer:
    def __init__(self, net):
        self.net = net
        self.opt = torch.optim.SGD(net.parameters(), lr=0.1)

    def run(self, batches, training):
        self.net.train(not training)
        for x, y in batches:
            with torch.set_grad_enabled(training):
                guess = self.net(x)  # <- here
                loss = (guess - y).abs().mean()
            if training:
                self.opt.zero_grad()
                loss.backward()
                self.opt.step()


torch.manual_seed(2)
data = torch.randn(10, 6, 8, 2)
batches = [(x, x[-1, :, :1] - x[-1, :, 1:]) for x in data]
trainer = Trainer(Net())
for _ in range(2):
    trainer.run(batches, training=True)
