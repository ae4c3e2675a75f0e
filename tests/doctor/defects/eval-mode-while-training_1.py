"""Dropout in the model; it is set to evaluation before the first epoch."""

import torch
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 8, batch_first=True)
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        outputs, _ = self.rnn(x)
        return self.head(self.drop(outputs[:, -1]))


x = torch.randn(40, 8, 1)
y = x.mean(1)
model = Net()
model.eval()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(2):
    for xb, yb in zip(x.split(4), y.split(4), strict=True):
        optimizer.zero_grad()
        predictions = model(xb)  # <- here
        loss = nn.functional.mse_loss(predictions, yb)
        loss.backward()
        optimizer.step()
