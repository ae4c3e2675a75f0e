"""Packed in the order in which the sequences come, not from long to short."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

torch.manual_seed(0)
lengths = torch.randint(4, 12, (48,))
tracks = [torch.randn(int(n), 2) for n in lengths]
goal = torch.stack([t.mean(0)[:1] for t in tracks])
lstm = nn.LSTM(2, 12, batch_first=True)
head = nn.Linear(12, 1)
optim = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
for _ in range(3):
    for idx in torch.randperm(48).split(8):
        padded = pad_sequence([tracks[i] for i in idx.tolist()], batch_first=True)
        packed = pack_padded_sequence(padded, lengths[idx], batch_first=True)  # <- here
        _, (h, _) = lstm(packed)
        loss = nn.functional.mse_loss(head(h[-1]), goal[idx])
        optim.zero_grad()
        loss.backward()
        optim.step()
