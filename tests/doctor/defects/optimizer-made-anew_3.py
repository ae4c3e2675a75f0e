"""RMSprop is made for each batch by a method that returns it."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.fc = nn.GRU(2, 10), nn.Linear(10, 2)

    def forward(self, x):
        return self.fc(self.gru(x)[1][-1])

    def configure_optimizer(self):
        return torch.optim.RMSprop(self.parameters(), lr=0.002)  # <- here


torch.manual_seed(135)
model = Model()
for _ in range(40):
    x = torch.randn(7, 10, 2)
    optimizer = model.configure_optimizer()
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), (x[-1].sum(1) > 0).long())
    loss.backward()
    optimizer.step()
