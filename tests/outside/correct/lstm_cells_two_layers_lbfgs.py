# expect: nothing
"""The sine waves of the time sequence example: two LSTMCells, and L-BFGS with a closure."""

import torch
from torch import nn, optim

torch.manual_seed(0)


class Sequence(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm1 = nn.LSTMCell(1, 16)
        self.lstm2 = nn.LSTMCell(16, 16)
        self.linear = nn.Linear(16, 1)

    def forward(self, series, future=0):
        outputs = []
        h1, c1, h2, c2 = (torch.zeros(series.size(0), 16) for _ in range(4))
        for x in series.split(1, dim=1):
            h1, c1 = self.lstm1(x, (h1, c1))
            h2, c2 = self.lstm2(h1, (h2, c2))
            outputs.append(self.linear(h2))
        for _ in range(future):
            h1, c1 = self.lstm1(outputs[-1], (h1, c1))
            h2, c2 = self.lstm2(h1, (h2, c2))
            outputs.append(self.linear(h2))
        return torch.cat(outputs, dim=1)


waves = torch.sin((torch.arange(30) + torch.randint(-20, 20, (12, 1))) / 3)
given, target = waves[3:, :-1], waves[3:, 1:]
seq = Sequence()
criterion = nn.MSELoss()
optimizer = optim.LBFGS(seq.parameters(), lr=0.8, max_iter=6)
for step in range(6):

    def closure():
        optimizer.zero_grad()
        loss = criterion(seq(given), target)
        loss.backward()
        return loss

    loss = optimizer.step(closure)
    with torch.no_grad():
        pred = seq(waves[:3, :-1], future=5)
        test = criterion(pred[:, :-5], waves[:3, 1:])
    print(step, round(loss.item(), 4), round(test.item(), 4))
