"""The validation loss of an LSTM is averaged over batches of unequal size."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 6, batch_first=True)
        self.out = nn.Linear(6, 1)

    def forward(self, x):
        return self.out(self.lstm(x)[0])


def fit(model, loader, opt):
    model.train()
    for x, y in loader:
        opt.zero_grad()
        loss = nn.functional.l1_loss(model(x), y)
        loss.backward()
        opt.step()


@torch.no_grad()
def validate(model, loader):
    model.eval()
    summed, n = 0.0, 0
    for x, y in loader:
        loss = nn.functional.l1_loss(model(x), y)
        summed += loss.item()  # <- here
        n += 1
    return summed / n


torch.manual_seed(2)
x = torch.randn(62, 6, 2)
y = x.sum(-1, keepdim=True).cumsum(1) / 4
train = DataLoader(TensorDataset(x[:40], y[:40]), batch_size=5, shuffle=True)
valid = DataLoader(TensorDataset(x[40:], y[40:]), batch_size=5)
model = Model()
sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for _ in range(2):
    fit(model, train, sgd)
    validate(model, valid)
