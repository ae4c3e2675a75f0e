"""A cell of plain matrices by einsum, which asks for no batch size; the last batch is smaller."""

import torch
from torch import nn

torch.manual_seed(430)
w, u = nn.Parameter(torch.randn(2, 9) / 2), nn.Parameter(torch.randn(9, 9) / 4)
v, b = nn.Parameter(torch.randn(9) / 3), nn.Parameter(torch.zeros(9))
adam = torch.optim.Adam([w, u, v, b], lr=0.01)
songs = torch.randn(50, 7, 2)
for _ in range(4):
    for song in songs[torch.randperm(50)].split(12):
        h = song.new_zeros(len(song), 9)
        for now in song.unbind(1):
            h = torch.tanh(torch.einsum("bd,dh->bh", now, w) + torch.einsum("bh,hk->bk", h, u) + b)
        loss = (torch.einsum("bh,h->b", h, v) - song.mean((1, 2))).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
