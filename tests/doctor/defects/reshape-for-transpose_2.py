"""Last states of both directions, flattened so that two examples share a row."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class BiGRU(nn.Module):
    def __init__(self, hidden=10):
        super().__init__()
        self.gru = nn.GRU(3, hidden, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, 2)

    def forward(self, x):
        _, h_n = self.gru(x)
        summary = h_n.view(x.size(0), -1)  # <- here
        return self.fc(summary)


torch.manual_seed(1)
x = torch.randn(80, 8, 3)
y = (x[:, -2:, 0].sum(1) > 0).long()
loader = DataLoader(TensorDataset(x, y), batch_size=10, shuffle=True)
model = BiGRU()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(6):
    for xb, yb in loader:
        loss = nn.functional.cross_entropy(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
