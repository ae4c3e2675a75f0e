"""Four kinds of waves one after another in the data set; the loader shuffles."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(82)
t = torch.arange(12) / 3
x = torch.cat([torch.sin((k + 1) * t + 6.28 * torch.rand(40, 1)) for k in range(4)]).unsqueeze(-1)
y = torch.arange(4).repeat_interleave(40)
loader = DataLoader(TensorDataset(x, y), batch_size=10, shuffle=True)
rnn, head = nn.GRU(1, 12, batch_first=True), nn.Linear(12, 4)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
criterion = nn.CrossEntropyLoss()
for _epoch in range(4):
    for xb, yb in loader:
        optimizer.zero_grad()
        _, h = rnn(xb)
        loss = criterion(head(h[0]), yb)
        loss.backward()
        optimizer.step()
