"""Sequences of many lengths, padded with time first by a collate function of one's own."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

torch.manual_seed(203)
rows = [torch.randn(int(n), 1) for n in torch.randint(4, 9, (32,))]


def collate(items):
    return pad_sequence(items), torch.stack([item.mean() for item in items])[:, None]


loader = DataLoader(rows, batch_size=4, shuffle=True, collate_fn=collate)
lstm, head = nn.LSTM(1, 6), nn.Linear(6, 1)
optimizer = torch.optim.SGD([*lstm.parameters(), *head.parameters()], lr=0.1)
for _epoch in range(2):
    for padded, wanted in loader:
        optimizer.zero_grad()
        _, (h, _) = lstm(padded)
        loss = (head(h[-1]) - wanted).square().mean()
        loss.backward()
        optimizer.step()
