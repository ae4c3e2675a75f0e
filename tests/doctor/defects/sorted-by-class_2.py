"""Slices of NumPy arrays in their order: all the calm days come first, then all the stormy ones."""

import numpy as np
import torch
from torch import nn

torch.manual_seed(83)
rng = np.random.default_rng(83)
calm = rng.normal(0.0, 0.4, (60, 10, 1))
stormy = rng.normal(0.0, 1.6, (60, 10, 1))
days = np.concatenate([calm, stormy]).astype(np.float32)
storm = np.repeat([0.0, 1.0], 60).astype(np.float32)
lstm, out = nn.LSTM(1, 10, batch_first=True), nn.Linear(10, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *out.parameters()], lr=0.01)
for _epoch in range(4):
    for i in range(0, 120, 10):
        x = torch.from_numpy(days[i : i + 10])
        y = torch.from_numpy(storm[i : i + 10])
        score = out(lstm(x)[1][0][-1]).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(score, y)  # <- here
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
