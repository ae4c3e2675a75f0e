"""The decoder starts from the encoder's state, taken by .data: the encoder never learns."""

import torch
from torch import nn

torch.manual_seed(43)
encoder, decoder = nn.LSTM(2, 12), nn.LSTM(1, 12)
readout = nn.Linear(12, 1)
params = [*encoder.parameters(), *decoder.parameters(), *readout.parameters()]
optimizer = torch.optim.Adam(params, lr=0.01)
for _step in range(40):
    source = torch.randn(6, 10, 2)
    target = source.sum(-1, keepdim=True).flip(0)
    _, (h, c) = encoder(source)
    state = (h.data, c.data)  # <- here
    shifted = torch.cat([torch.zeros(1, 10, 1), target[:-1]])
    out, _ = decoder(shifted, state)
    loss = nn.functional.mse_loss(readout(out), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
