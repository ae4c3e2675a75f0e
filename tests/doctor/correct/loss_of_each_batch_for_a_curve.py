"""Each loss is kept for a curve; the last batch is smaller, and nothing is averaged."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(206)
x = torch.randn(41, 6, 1)
loader = DataLoader(TensorDataset(x, x.mean(1)), batch_size=5, shuffle=True)
rnn, head = nn.RNN(1, 6, batch_first=True), nn.Linear(6, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
curve = []
for _epoch in range(2):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(head(rnn(xb)[0][:, -1]), yb)
        loss.backward()
        optimizer.step()
        curve.append(loss.item())
print(min(curve))
