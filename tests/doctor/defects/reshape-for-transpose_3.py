"""Time-first data, reshaped to batch-first for the layer."""

import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(2)
torch.manual_seed(2)
weather = rng.normal(size=(10, 72, 3)).astype(np.float32)  # days, stations, values
target = weather[-1, :, :1] - weather[-2, :, :1]
lstm, fc = nn.LSTM(3, 12, batch_first=True), nn.Linear(12, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.01)
for _ in range(6):
    for cols in rng.permutation(72).reshape(-1, 9):
        batch = torch.from_numpy(weather[:, cols])
        seqs = batch.reshape(9, 10, 3)  # <- here
        out, _ = lstm(seqs)
        loss = nn.functional.mse_loss(fc(out[:, -1]), torch.from_numpy(target[cols]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
