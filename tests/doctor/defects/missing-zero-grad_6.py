"""By hand, through .data; the line that clears makes a new tensor and clears that."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(221)
model = nn.ModuleDict({"lstm": nn.LSTM(2, 8, batch_first=True), "fc": nn.Linear(8, 2)})
x = torch.randn(64, 6, 2)
y = (x[..., 0].sum(1) > 0).long()
lr = 0.02
for _epoch in range(3):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True):
        out, _ = model["lstm"](xb)
        loss = nn.functional.cross_entropy(model["fc"](out[:, -1]), yb)
        loss.backward()  # <- here
        for p in model.parameters():
            p.data -= lr * p.grad
            p.grad.clone().zero_()
