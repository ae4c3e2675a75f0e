"""After the first validation the model stays in evaluation mode."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 6, num_layers=2, dropout=0.3, batch_first=True)
        self.fc = nn.Linear(6, 2)

    def forward(self, x):
        return self.fc(self.gru(x)[1][-1])


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(-1) == y).float().mean().item()


torch.manual_seed(1)
x = torch.randn(56, 7, 1)
y = (x.sum((1, 2)) > 0).long()
train = DataLoader(TensorDataset(x[:40], y[:40]), batch_size=5, shuffle=True)
net = Classifier()
opt = torch.optim.Adam(net.parameters(), lr=0.01)
net.train()
for _ in range(3):
    for xb, yb in train:
        logits = net(xb)  # <- here
        loss = F.cross_entropy(logits, yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    accuracy(net, x[40:], y[40:])
