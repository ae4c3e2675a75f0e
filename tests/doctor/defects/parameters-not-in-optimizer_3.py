"""Two LSTM cells kept in a plain list, which registers nothing."""

import torch
from torch import nn


class Stack(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.size = size
        self.cells = [nn.LSTMCell(1, size), nn.LSTMCell(size, size)]
        self.out = nn.Linear(size, 1)

    def forward(self, x):
        states = [(torch.zeros(len(x), self.size),) * 2 for _ in self.cells]
        for x_t in x.unbind(1):
            value = x_t
            for layer, cell in enumerate(self.cells):
                states[layer] = cell(value, states[layer])
                value = states[layer][0]
        return self.out(value)

    def clear(self):
        self.zero_grad()
        for cell in self.cells:
            cell.zero_grad()


torch.manual_seed(2)
model = Stack(5)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(14):
    x = torch.rand(4, 6, 1)
    model.clear()
    loss = (model(x) - x.mean(1)).pow(2).mean()
    loss.backward()
    optimizer.step()  # <- here
