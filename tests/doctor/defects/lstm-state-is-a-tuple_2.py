"""An LSTM classifier that is given a state of zeros."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Classifier(nn.Module):
    def __init__(self, hidden=6):
        super().__init__()
        self.hidden = hidden
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 2)

    def forward(self, x):
        h0 = torch.zeros(1, len(x), self.hidden)
        outputs, _ = self.lstm(x, h0)  # <- here
        return self.fc(outputs[:, -1])


torch.manual_seed(1)
x = torch.randn(32, 10, 1)
y = (x.sum((1, 2)) > 0).long()
net = Classifier()
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(2):
    for bx, by in DataLoader(TensorDataset(x, y), batch_size=4, shuffle=True):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(bx), by)
        loss.backward()
        opt.step()
