"""Clipping at the end of the loop's body."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(48, 8, 1)
loader = DataLoader(TensorDataset(x, x.sum(1)), batch_size=6, shuffle=True)
gru, head = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
model = nn.ModuleDict({"gru": gru, "head": head})
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for _epoch in range(2):
    for xb, yb in loader:
        optimizer.zero_grad()
        outputs, _ = gru(xb)
        loss = nn.functional.mse_loss(head(outputs[:, -1]), yb)
        loss.backward()
        optimizer.step()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # <- here
