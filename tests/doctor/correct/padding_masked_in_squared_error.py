"""Forecasts for padded series; a mask leaves only true steps in the squared error."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader


def collate(series):
    n = torch.tensor([len(s) - 1 for s in series])
    x = pad_sequence([s[:-1] for s in series], batch_first=True)
    y = pad_sequence([s[1:] for s in series], batch_first=True)
    return x, y, torch.arange(x.size(1)) < n[:, None]


torch.manual_seed(137)
lengths = torch.randint(5, 13, (56,)).tolist()
data = [1.5 + torch.sin(torch.rand(1) * 6 + 0.5 * torch.arange(n))[:, None] for n in lengths]
lstm, head = nn.LSTM(1, 12, batch_first=True), nn.Linear(12, 1)
opt = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
mse = nn.MSELoss()
for _ in range(7):
    for x, y, mask in DataLoader(data, batch_size=8, shuffle=True, collate_fn=collate):
        loss = mse(head(lstm(x)[0])[mask], y[mask])
        opt.zero_grad()
        loss.backward()
        opt.step()
