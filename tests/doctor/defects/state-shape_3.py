"""The two states of a bidirectional encoder go into a decoder that has one direction."""

import torch
from torch import nn

torch.manual_seed(2)
encoder = nn.GRU(2, 8, batch_first=True, bidirectional=True)
decoder = nn.GRU(2, 8, batch_first=True)
out = nn.Linear(8, 2)
net = nn.ModuleList([encoder, decoder, out])
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(20):
    source = torch.randn(10, 6, 2)
    target = source.flip(1)
    shifted = torch.cat([torch.zeros(10, 1, 2), target[:, :-1]], 1)
    _, state = encoder(source)
    decoded, _ = decoder(shifted, state)  # <- here
    loss = nn.functional.mse_loss(out(decoded), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
