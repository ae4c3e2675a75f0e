"""The rate climbs high and comes down; the loss is rough at the peak, and small at the end."""

import torch
from torch import nn

torch.manual_seed(411)
lstm, out = nn.LSTM(1, 8), nn.Linear(8, 1)
weights = [*lstm.parameters(), *out.parameters()]
optimizer = torch.optim.SGD(weights, lr=0.01, momentum=0.9)
STEPS = 80
cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.2, total_steps=STEPS)
wave = torch.sin(torch.arange(0, 60, 0.25))
for _ in range(STEPS):
    starts = torch.randint(0, 220, (8,)).tolist()
    batch = torch.stack([wave[s : s + 12] for s in starts], 1)[..., None]  # (T, B, 1)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(out(lstm(batch[:-1])[0]), batch[1:])
    loss.backward()
    nn.utils.clip_grad_norm_(weights, 1.0)
    optimizer.step()
    cycle.step()
