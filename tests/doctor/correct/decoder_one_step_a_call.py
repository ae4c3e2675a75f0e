"""A decoder layer called with one step at a time, each time with the state that it gave back."""

import torch
from torch import nn

torch.manual_seed(66)
encoder, decoder = nn.GRU(2, 16, batch_first=True), nn.GRU(1, 16, batch_first=True)
out = nn.Linear(16, 1)
parts = nn.ModuleList([encoder, decoder, out])
optimizer = torch.optim.Adam(parts.parameters(), lr=0.02)
for _step in range(50):
    x = torch.randn(16, 5, 2)
    y = x.mean(2, keepdim=True)
    _, state = encoder(x)
    value, values = torch.zeros(16, 1, 1), []
    for t in range(5):
        hidden, state = decoder(value, state)
        values.append(out(hidden))
        value = y[:, t : t + 1]
    loss = nn.functional.mse_loss(torch.cat(values, 1), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
