"""view(-1, 1, 16): every window becomes one step of sixteen features for a GRU."""

import torch
from torch import nn

torch.manual_seed(67)
signal = torch.sin(torch.arange(700) / 6) + 0.1 * torch.randn(700)
gru, fc = nn.GRU(input_size=16, hidden_size=20, batch_first=True), nn.Linear(20, 1)
optimizer = torch.optim.RMSprop([*gru.parameters(), *fc.parameters()], lr=0.005)
for _step in range(40):
    where = torch.randint(680, (12,)).tolist()
    window = torch.stack([signal[i : i + 16] for i in where])
    coming = torch.stack([signal[i + 16] for i in where])
    out, _ = gru(window.view(-1, 1, 16))  # <- here
    loss = nn.functional.mse_loss(fc(out).view(-1), coming)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
