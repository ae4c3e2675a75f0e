# expect: nothing
"""Batch norm on the inputs and on the last state; eval before validation, train after it."""

import torch
from torch import nn

torch.manual_seed(0)


class Sensor(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm_in = nn.BatchNorm1d(3)
        self.gru = nn.GRU(3, 20, batch_first=True)
        self.norm_out = nn.BatchNorm1d(20)
        self.fc = nn.Linear(20, 2)

    def forward(self, x):
        x = self.norm_in(x.transpose(1, 2)).transpose(1, 2)
        _, h = self.gru(x)
        return self.fc(self.norm_out(h.squeeze(0)))


x = torch.randn(320, 14, 3) * torch.tensor([1.0, 10.0, 100.0]) + 5
y = (x[:, :, 0].mean(1) > 5).long()
model = Sensor()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(8):
    model.train()
    for rows in torch.randperm(256).split(32):
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        valid = nn.functional.cross_entropy(model(x[256:]), y[256:]).item()
    print(epoch, round(loss.item(), 3), round(valid, 3))
