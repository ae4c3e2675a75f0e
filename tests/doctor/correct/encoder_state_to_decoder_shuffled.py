"""Shuffled pairs; the decoder starts from the encoder's state of the same pair."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(215)
source = torch.randn(36, 6, 1)
loader = DataLoader(TensorDataset(source, source.flip(1)), batch_size=6, shuffle=True)
encoder, decoder = nn.GRU(1, 8, batch_first=True), nn.GRU(1, 8, batch_first=True)
read = nn.Linear(8, 1)
parts = nn.ModuleList([encoder, decoder, read])
opt = torch.optim.Adam(parts.parameters(), lr=0.01)
for _epoch in range(3):
    for given, wanted in loader:
        _, h = encoder(given)
        shifted = torch.cat([torch.zeros_like(wanted[:, :1]), wanted[:, :-1]], 1)
        said, _ = decoder(shifted, h)
        loss = nn.functional.mse_loss(read(said), wanted)
        opt.zero_grad()
        loss.backward()
        opt.step()
