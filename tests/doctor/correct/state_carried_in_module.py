"""A stateful module keeps its state between calls and forgets it at the start of an epoch."""

import torch
from torch import nn


class Stateful(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.rnn = nn.RNN(1, width, batch_first=True)
        self.head = nn.Linear(width, 1)
        self.memory = None

    def reset(self):
        self.memory = None

    def forward(self, x):
        outputs, memory = self.rnn(x, self.memory)
        self.memory = memory.detach()
        return self.head(outputs)


def main():
    torch.manual_seed(45)
    model = Stateful(8)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    series = torch.randn(8, 81)
    y = torch.zeros_like(series)
    y[:, 1:] = series[:, :-1]
    for _epoch in range(2):
        model.reset()
        for i in range(0, 80, 8):
            x, target = series[:, i : i + 8, None], y[:, i : i + 8, None]
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), target)
            loss.backward()
            optimizer.step()


main()
