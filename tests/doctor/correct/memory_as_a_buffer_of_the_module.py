"""A cell's first memory is a buffer, so that it goes where the module goes."""

import torch
from torch import nn


class Reader(nn.Module):
    def __init__(self, hidden=6):
        super().__init__()
        self.cell, self.readout = nn.RNNCell(1, hidden), nn.Linear(hidden, 1)
        self.register_buffer("start", torch.zeros(1, hidden))

    def forward(self, x):
        memory = self.start.expand(x.shape[1], -1)
        for x_t in x:
            memory = self.cell(x_t, memory)
        return self.readout(memory)


torch.manual_seed(406)
reader = Reader().to(torch.device("cpu"))
optimizer = torch.optim.SGD(reader.parameters(), lr=0.1, momentum=0.5)
for _ in range(25):
    x = torch.rand(6, 5, 1)
    optimizer.zero_grad()
    loss = (reader(x) - x.amax(0)).pow(2).mean()
    loss.backward()
    optimizer.step()
