"""A window of sixteen values is read as four steps of four values each."""

import torch
from torch import nn

torch.manual_seed(68)
signal = torch.sin(torch.arange(700) / 6) + 0.1 * torch.randn(700)
gru, fc = nn.GRU(input_size=4, hidden_size=20, batch_first=True), nn.Linear(20, 1)
optimizer = torch.optim.RMSprop([*gru.parameters(), *fc.parameters()], lr=0.005)
for _step in range(40):
    where = torch.randint(680, (12,)).tolist()
    window = torch.stack([signal[i : i + 16] for i in where])
    coming = torch.stack([signal[i + 16] for i in where])
    out, _ = gru(window.view(-1, 4, 4))
    loss = nn.functional.mse_loss(fc(out[:, -1]).view(-1), coming)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
