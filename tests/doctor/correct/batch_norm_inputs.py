"""Batch norm over the input features, with eval for the check at the end of an epoch."""

import torch
from torch import nn

torch.manual_seed(94)


class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(2)
        self.rnn = nn.RNN(2, 8, batch_first=True)
        self.fc = nn.Linear(8, 1)

    def forward(self, x):
        x = self.norm(x.transpose(1, 2)).transpose(1, 2)
        return self.fc(self.rnn(x)[0][:, -1])


def draw(n):
    x = torch.randn(n, 6, 2) * 20 + 50
    return x, (x[:, -1, :1] - 50) / 20


model = Normed()
opt = torch.optim.Adam(model.parameters(), lr=0.03)
test_x, test_y = draw(8)
for _ in range(2):
    model.train()
    for _ in range(9):
        x, y = draw(8)
        loss = nn.functional.mse_loss(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        test_loss = nn.functional.mse_loss(model(test_x), test_y).item()
