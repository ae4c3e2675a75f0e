"""A GRU says whether the sum of a sequence is positive; DataLoader, shuffled, state fresh."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)


class Classifier(nn.Module):
    def __init__(self, n_in, n_hidden, n_classes):
        super().__init__()
        self.gru = nn.GRU(n_in, n_hidden, batch_first=True)
        self.out = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        _, last = self.gru(x)
        return self.out(last[-1])


X = torch.randn(96, 8, 1)
Y = (X.sum(dim=(1, 2)) > 0).long()
loader = DataLoader(TensorDataset(X, Y), batch_size=8, shuffle=True)

net = Classifier(1, 8, 2)
opt = torch.optim.Adam(net.parameters(), lr=0.03)
for _ in range(2):
    for xb, yb in loader:
        opt.zero_grad()
        logits = net(xb)
        loss = F.cross_entropy(logits, yb)
        loss.backward()
        opt.step()
