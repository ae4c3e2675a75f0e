"""Validation after each epoch: eval mode, no_grad, batches weighted by size, train mode again."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(36)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(1, 8, num_layers=2, dropout=0.2, batch_first=True)
        self.drop = nn.Dropout(0.1)
        self.fc = nn.Linear(8, 1)

    def forward(self, x):
        return self.fc(self.drop(self.rnn(x)[0][:, -1]))


def dataset(n):
    x = torch.randn(n, 6, 1)
    return TensorDataset(x, x.mean(1))


train = DataLoader(dataset(64), batch_size=8, shuffle=True)
valid = DataLoader(dataset(20), batch_size=8)
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=0.02)
for _epoch in range(2):
    net.train()
    for x, y in train:
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        opt.step()
    net.eval()
    total = 0.0
    with torch.no_grad():
        for x, y in valid:
            total += nn.functional.mse_loss(net(x), y).item() * len(x)
    valid_loss = total / len(valid.dataset)
