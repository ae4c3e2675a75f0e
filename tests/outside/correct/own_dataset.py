# expect: nothing
"""A Dataset of one's own that cuts windows out of a table of several columns."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(0)


class Windows(Dataset):
    def __init__(self, table, target, length):
        self.table = torch.as_tensor(table, dtype=torch.float32)
        self.target = torch.as_tensor(target, dtype=torch.float32)
        self.length = length

    def __len__(self):
        return len(self.table) - self.length

    def __getitem__(self, k):
        return self.table[k : k + self.length], self.target[k + self.length]


class ShallowRegressionLSTM(nn.Module):
    def __init__(self, sensors, hidden):
        super().__init__()
        self.lstm = nn.LSTM(sensors, hidden, batch_first=True, num_layers=1)
        self.linear = nn.Linear(hidden, 1)

    def forward(self, x):
        _, (hn, _) = self.lstm(x)
        return self.linear(hn[0]).flatten()


rng = np.random.default_rng(0)
table = rng.normal(size=(500, 3)).cumsum(0)
table = (table - table.mean(0)) / table.std(0)
target = table @ np.array([0.5, -0.3, 0.2])
loader = DataLoader(Windows(table, target, 8), batch_size=16, shuffle=True)
model = ShallowRegressionLSTM(3, 16)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
loss_function = nn.MSELoss()
for epoch in range(5):
    total_loss = 0
    for X, y in loader:
        loss = loss_function(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
    print(epoch, round(total_loss / len(loader), 4))
