"""Tags for six-step sequences; there are six tags."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Tagger(nn.Module):
    def __init__(self, tags):
        super().__init__()
        self.gru = nn.GRU(2, 8, batch_first=True)
        self.fc = nn.Linear(8, tags)

    def forward(self, x):
        h, _ = self.gru(x)
        return self.fc(h)


torch.manual_seed(1)
x = torch.rand(40, 6, 2)
tags = (x.sum(-1) * 3).long().clamp(max=5)
net = Tagger(6)
criterion = nn.CrossEntropyLoss()
opt = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(2):
    for xb, tb in DataLoader(TensorDataset(x, tags), batch_size=4, shuffle=True):
        scores = net(xb)
        loss = criterion(scores, tb)  # <- here
        opt.zero_grad()
        loss.backward()
        opt.step()
