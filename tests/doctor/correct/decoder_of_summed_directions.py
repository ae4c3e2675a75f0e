"""The two states of a bidirectional encoder are added up for a decoder of one direction."""

import torch
from torch import nn

torch.manual_seed(151)
encoder = nn.GRU(2, 12, batch_first=True, bidirectional=True)
decoder, out = nn.GRU(2, 12, batch_first=True), nn.Linear(12, 2)
net = nn.ModuleList([encoder, decoder, out])
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(60):
    source = torch.randn(10, 3, 2)
    target = source.flip(1)
    shifted = torch.cat([torch.zeros(10, 1, 2), target[:, :-1]], 1)
    _, state = encoder(source)
    decoded, _ = decoder(shifted, state.sum(0, keepdim=True))
    loss = nn.functional.mse_loss(out(decoded), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
