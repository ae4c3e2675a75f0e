"""Travellers an hour, some hundreds of them, are foretold raw at every step."""

import numpy as np
import torch
from torch import nn

torch.manual_seed(163)
rng = np.random.default_rng(163)
hours = np.arange(600)
travellers = 300 + 120 * np.sin(hours / 4) + rng.normal(0, 15, 600)
scaled = (travellers - travellers.mean()) / travellers.std()
gru, fc = nn.GRU(1, 20, batch_first=True), nn.Linear(20, 1)
optimizer = torch.optim.RMSprop([*gru.parameters(), *fc.parameters()], lr=0.002)
for _step in range(60):
    starts = rng.integers(0, 580, 16)
    x = torch.tensor(np.stack([scaled[s : s + 12] for s in starts]), dtype=torch.float32)
    y = torch.tensor(np.stack([travellers[s + 1 : s + 13] for s in starts]), dtype=torch.float32)
    out, _ = gru(x.unsqueeze(-1))
    loss = nn.functional.mse_loss(fc(out).squeeze(-1), y)  # <- here
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
