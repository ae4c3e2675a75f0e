"""AdamW stands a level too deep, in the loop over the batches of an epoch."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(136)
x = torch.randn(80, 7, 1)
loader = DataLoader(TensorDataset(x, x.cumsum(1) / 3), batch_size=10, shuffle=True)
model = nn.ModuleDict({"gru": nn.GRU(1, 10, batch_first=True), "fc": nn.Linear(10, 1)})
for _epoch in range(5):
    for xb, yb in loader:
        opt = torch.optim.AdamW(model.parameters(), lr=0.003)  # <- here
        loss = nn.functional.mse_loss(model["fc"](model["gru"](xb)[0]), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
