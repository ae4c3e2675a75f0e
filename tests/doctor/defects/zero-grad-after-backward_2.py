"""Gradients are cleared through the model, between two other lines."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Parity(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 8, batch_first=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, bits):
        y, _ = self.lstm(bits)
        return self.fc(y)


def learn(model, loader, opt):
    for bits, labels in loader:
        logits = model(bits)
        loss = F.cross_entropy(logits.permute(0, 2, 1), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        model.zero_grad()  # <- here
        opt.step()


torch.manual_seed(1)
bits = torch.randint(0, 2, (48, 5, 1))
data = TensorDataset(bits.float(), bits.cumsum(1).squeeze(-1) % 2)
net = Parity()
sgd = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(2):
    learn(net, DataLoader(data, batch_size=6, shuffle=True), sgd)
