"""A function that trains on one batch makes plain SGD each time, which has nothing to remember."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(1, 10, batch_first=True)
        self.fc = nn.Linear(10, 1)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


def train_on(model, inputs, targets, lr=0.1):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    opt.zero_grad()
    loss = nn.functional.mse_loss(model(inputs), targets)
    loss.backward()
    opt.step()
    return loss.item()


torch.manual_seed(134)
net = Net()
losses = []
for _ in range(40):
    x = torch.randn(10, 7, 1)
    losses.append(train_on(net, x, x.cumsum(1) / 3))
