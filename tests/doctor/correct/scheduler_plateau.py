"""ReduceLROnPlateau, fed with the validation loss of each epoch."""

import torch
from torch import nn

torch.manual_seed(29)


def data(n):
    x = torch.randn(n, 7, 1)
    return x, x.abs().mean(1)


def evaluate(model, x, y):
    model.eval()
    with torch.no_grad():
        return nn.functional.mse_loss(model(x), y).item()


class Abs(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(1, 8, batch_first=True)
        self.fc = nn.Linear(8, 1)

    def forward(self, x):
        return self.fc(self.rnn(x)[0][:, -1])


model = Abs()
opt = torch.optim.Adam(model.parameters(), lr=0.02)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, patience=1)
train_x, train_y = data(64)
valid_x, valid_y = data(8)
for _ in range(3):
    model.train()
    for idx in torch.randperm(64).split(8):
        loss = nn.functional.mse_loss(model(train_x[idx]), train_y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    plateau.step(evaluate(model, valid_x, valid_y))
