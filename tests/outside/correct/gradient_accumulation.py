# expect: nothing
"""Four small batches for each update: the loss is divided, and what remains is used too."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
ACCUMULATE = 4
x = torch.randn(300, 10, 2)
y = x.prod(-1).sum(1, keepdim=True) / 3


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 32, batch_first=True)
        self.fc = nn.Linear(32, 1)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


model, criterion = Net(), nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
loader = DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True)
for epoch in range(12):
    optimizer.zero_grad()
    total = 0.0
    for i, (inputs, target) in enumerate(loader):
        loss = criterion(model(inputs), target)
        (loss / ACCUMULATE).backward()
        total += loss.item()
        if (i + 1) % ACCUMULATE == 0 or i + 1 == len(loader):
            optimizer.step()
            optimizer.zero_grad()
    print(epoch, round(total / len(loader), 3))
