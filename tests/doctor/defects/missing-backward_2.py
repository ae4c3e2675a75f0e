"""Brackets forgotten after backward."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Majority(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 8, batch_first=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, bits):
        _, h = self.rnn(bits)
        return self.fc(h.squeeze(0))


torch.manual_seed(1)
bits = torch.randint(0, 2, (48, 7, 1)).float()
data = TensorDataset(bits, (bits.mean((1, 2)) > 0.5).long())
model = Majority()
opt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for _ in range(2):
    for x, y in DataLoader(data, batch_size=6, shuffle=True):
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward  # noqa: B018
        opt.step()  # <- here
