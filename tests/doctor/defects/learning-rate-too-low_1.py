"""Steps so small that they cannot be seen."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(40, 8, 1)
loader = DataLoader(TensorDataset(x, x.mean(1) + 1), batch_size=4, shuffle=True)
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.SGD([*rnn.parameters(), *head.parameters()], lr=1e-6)
for _epoch in range(2):
    for xb, yb in loader:
        optimizer.zero_grad()
        outputs, _ = rnn(xb)
        loss = nn.functional.mse_loss(head(outputs[:, -1]), yb)
        loss.backward()
        optimizer.step()  # <- here
