"""The clean wave is the target, and the input is the same wave with noise."""

import torch
from torch import nn

torch.manual_seed(26)
gru, out = nn.GRU(1, 16, batch_first=True), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *out.parameters()], lr=0.02)
for _step in range(50):
    clean = torch.sin(torch.arange(12) / 2 + 6.28 * torch.rand(16, 1)).unsqueeze(-1)
    noisy = clean + 0.3 * torch.randn_like(clean)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(out(gru(noisy)[0]), clean)
    loss.backward()
    optimizer.step()
