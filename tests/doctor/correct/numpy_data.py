"""Data come from NumPy and are turned to float32 at the border."""

import numpy as np
import torch

rng = np.random.default_rng(134)
torch.manual_seed(134)
x_all = rng.normal(size=(64, 6, 1)).astype(np.float32)
y_all = x_all.mean(axis=1)

gru, fc = torch.nn.GRU(1, 8, batch_first=True), torch.nn.Linear(8, 1)
opt = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.02)
history = np.zeros(3)
for epoch in range(3):
    order = rng.permutation(64)
    batch_losses = []
    for start in range(0, 64, 8):
        pick = order[start : start + 8]
        x, y = torch.from_numpy(x_all[pick]), torch.from_numpy(y_all[pick])
        loss = torch.nn.functional.mse_loss(fc(gru(x)[1][-1]), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        batch_losses.append(loss.item())
    history[epoch] = np.mean(batch_losses)
