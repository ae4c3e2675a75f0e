"""The batch is sorted from long to short, targets too, before it is packed."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

torch.manual_seed(107)
lengths = torch.randint(3, 9, (48,))
tracks = [torch.randn(int(n), 2) for n in lengths]
goal = torch.stack([t[-1, :1] for t in tracks])
lstm = nn.LSTM(2, 12, batch_first=True)
head = nn.Linear(12, 1)
optim = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.03)
for _ in range(5):
    for idx in torch.randperm(48).split(8):
        idx = idx[lengths[idx].argsort(descending=True)]
        padded = pad_sequence([tracks[i] for i in idx.tolist()], batch_first=True)
        packed = pack_padded_sequence(padded, lengths[idx], batch_first=True)
        _, (h, _) = lstm(packed)
        loss = nn.functional.mse_loss(head(h[-1]), goal[idx])
        optim.zero_grad()
        loss.backward()
        optim.step()
