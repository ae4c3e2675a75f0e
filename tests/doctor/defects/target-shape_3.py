"""Two-class labels as numbers, where BCELoss wants a column for each output."""

import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(2)
torch.manual_seed(2)
ecg = rng.normal(size=(60, 12, 1)).astype(np.float32)
is_sick = (ecg[:, -3:, 0].mean(1) > 0).astype(np.float32)
model = nn.LSTM(1, 10, batch_first=True)
top = nn.Sequential(nn.Linear(10, 2), nn.Sigmoid())
bce = nn.BCELoss()
optim = torch.optim.Adam([*model.parameters(), *top.parameters()], lr=0.01)
for _ in range(3):
    order = rng.permutation(60)
    for rows in order.reshape(-1, 10):
        x, y = torch.from_numpy(ecg[rows]), torch.from_numpy(is_sick[rows])
        p = top(model(x)[0][:, -1])
        loss = bce(p, y)  # <- here
        optim.zero_grad()
        loss.backward()
        optim.step()
