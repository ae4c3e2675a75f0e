"""Forecasts for padded series; zeros after their end are counted as targets."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader


def collate(series):
    n = torch.tensor([len(s) - 1 for s in series])
    x = pad_sequence([s[:-1] for s in series], batch_first=True)
    y = pad_sequence([s[1:] for s in series], batch_first=True)
    return x, y, n


torch.manual_seed(1)
lengths = torch.randint(5, 13, (56,)).tolist()
data = [1.5 + torch.sin(torch.rand(1) * 6 + 0.5 * torch.arange(n))[:, None] for n in lengths]
lstm, head = nn.LSTM(1, 12, batch_first=True), nn.Linear(12, 1)
opt = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
mse = nn.MSELoss()
for _ in range(7):
    for x, y, n in DataLoader(data, batch_size=8, shuffle=True, collate_fn=collate):
        packed = pack_padded_sequence(x, n, batch_first=True, enforce_sorted=False)
        hidden, _ = pad_packed_sequence(lstm(packed)[0], batch_first=True)
        loss = mse(head(hidden), y)  # <- here
        opt.zero_grad()
        loss.backward()
        opt.step()
