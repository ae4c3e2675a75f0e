"""The mean over the valid steps of each sequence; one has none, and is divided by one."""

import torch
from torch import nn

torch.manual_seed(420)
lstm, fc = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 2)
opt = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.01)
lengths = torch.randint(2, 7, (80,))
lengths[33] = 0


def masked_mean(losses, n):
    valid = torch.arange(losses.shape[1]) < n[:, None]
    return ((losses * valid).sum(1) / valid.sum(1).clamp(min=1)).mean()


for n in lengths.split(5):
    x = torch.randn(5, 6, 1)
    rising = (x.cumsum(1) > 0).long().squeeze(-1)
    scores = fc(lstm(x)[0]).transpose(1, 2)
    opt.zero_grad()
    loss = masked_mean(nn.functional.cross_entropy(scores, rising, reduction="none"), n)
    loss.backward()
    opt.step()
