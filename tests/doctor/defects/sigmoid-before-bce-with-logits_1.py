"""The model ends in a sigmoid, and the loss applies one of its own."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 12, batch_first=True)
        self.fc = nn.Linear(12, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return torch.sigmoid(self.fc(out[:, -1]))


torch.manual_seed(0)
x = torch.randn(80, 8, 2)
y = (x[:, -4:, 0].sum(1, keepdim=True) > 0).float()
loader = DataLoader(TensorDataset(x, y), batch_size=10, shuffle=True)
net = Detector()
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(6):
    for xb, yb in loader:
        loss = loss_fn(net(xb), yb)  # <- here
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
