"""Time-first and padded: out[-1] is the step after the end of most series."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(1)
series = [torch.randn(int(n), 2) for n in torch.randint(3, 12, (64,))]
target = torch.stack([s[-1, :1] - s[-1, 1:] for s in series])
lstm, fc = nn.LSTM(2, 14), nn.Linear(14, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.01)
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        x = pad_sequence([series[i] for i in idx.tolist()])
        out, _ = lstm(x)
        pred = fc(out[-1])  # <- here
        loss = nn.functional.mse_loss(pred, target[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
