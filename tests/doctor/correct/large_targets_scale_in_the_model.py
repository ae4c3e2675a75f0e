"""Travellers an hour are foretold raw: the model multiplies by their spread and adds their mean."""

import numpy as np
import torch
from torch import nn

torch.manual_seed(164)
rng = np.random.default_rng(164)
travellers = 300 + 120 * np.sin(np.arange(600) / 4) + rng.normal(0, 15, 600)
mean, std = travellers.mean(), travellers.std()
gru, fc = nn.GRU(1, 20, batch_first=True), nn.Linear(20, 1)
optimizer = torch.optim.RMSprop([*gru.parameters(), *fc.parameters()], lr=0.005)
for _step in range(60):
    starts = rng.integers(0, 580, 16)
    x = torch.tensor(np.stack([travellers[s : s + 12] for s in starts]), dtype=torch.float32)
    y = torch.tensor(np.stack([travellers[s + 1 : s + 13] for s in starts]), dtype=torch.float32)
    out, _ = gru((x.unsqueeze(-1) - mean) / std)
    loss = nn.functional.mse_loss(mean + std * fc(out).squeeze(-1), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
