"""Batch norm on the hidden state; the test set is run as if it were being trained on."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
x = torch.randn(120, 8, 2)
y = (x[:, -1].sum(1) > 0).long()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(2, 12, batch_first=True)
        self.bn = nn.BatchNorm1d(12)
        self.fc = nn.Linear(12, 2)

    def forward(self, seq):
        return self.fc(self.bn(self.rnn(seq)[0][:, -1]))


@torch.no_grad()
def accuracy(model, loader):
    right = 0
    for seq, label in loader:
        right += (model(seq).argmax(1) == label).sum().item()  # <- here
    return right / len(loader.dataset)


train_loader = DataLoader(TensorDataset(x[:90], y[:90]), batch_size=10, shuffle=True)
test_loader = DataLoader(TensorDataset(x[90:], y[90:]), batch_size=10)
model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(5):
    for seq, label in train_loader:
        loss = nn.functional.cross_entropy(model(seq), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    test_accuracy = accuracy(model, test_loader)
