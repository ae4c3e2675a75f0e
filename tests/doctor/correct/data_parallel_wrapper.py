"""nn.DataParallel on a machine with no GPU simply calls the model inside."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(2, 8, batch_first=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.fc(out[:, -1])


torch.manual_seed(69)
model = nn.DataParallel(Net())
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
criterion = nn.CrossEntropyLoss()
for _epoch in range(2):
    running = 0.0
    for _i in range(8):
        x = torch.randn(8, 5, 2)
        y = (x[:, -1].sum(-1) > 0).long()
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        running += loss.item()
    mean_loss = running / 8  # all batches have the same size
