"""Tags for every step; in the last batch of one sequence the batch axis is gone."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class StepDetector(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 10, batch_first=True)
        self.linear = nn.Linear(10, 1)

    def forward(self, x):
        return torch.squeeze(self.linear(self.lstm(x)[0]))


torch.manual_seed(2)
x = torch.randn(41, 9, 2)
y = (x.sum(2) > 0).float()
net = StepDetector()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
criterion = nn.BCEWithLogitsLoss()
for _ in range(3):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=10, shuffle=True):
        optimizer.zero_grad()
        loss = criterion(net(xb), yb)  # <- here
        loss.backward()
        optimizer.step()
