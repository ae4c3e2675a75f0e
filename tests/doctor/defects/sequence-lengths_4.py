"""Sorted by length, but from short to long."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader


def collate(batch):
    batch.sort(key=len)
    n = torch.tensor([len(s) for s in batch])
    return pad_sequence(batch), n


torch.manual_seed(3)
data = [torch.randn(int(n), 1) for n in torch.randint(3, 12, (48,))]
gru, fc = nn.GRU(1, 10), nn.Linear(10, 1)
opt = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.01)
for _ in range(4):
    for x, n in DataLoader(data, batch_size=12, shuffle=True, collate_fn=collate):
        _, h = gru(pack_padded_sequence(x, n))  # <- here
        loss = nn.functional.mse_loss(fc(h[-1]), x.sum(0) / n[:, None])
        opt.zero_grad()
        loss.backward()
        opt.step()
