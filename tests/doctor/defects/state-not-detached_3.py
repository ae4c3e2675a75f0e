"""A long text, read in pieces by a generator; the LSTM remembers across the pieces."""

import torch
from torch import nn

torch.manual_seed(2)
text = "hello world, hello sun, hello moon. " * 12
alphabet = sorted(set(text))
codes = torch.tensor([alphabet.index(c) for c in text])


def pieces(codes, length):
    for i in range(0, len(codes) - length - 1, length):
        yield codes[i : i + length][None], codes[i + 1 : i + length + 1][None]


embed = nn.Embedding(len(alphabet), 6)
lstm = nn.LSTM(6, 8, batch_first=True)
decode = nn.Linear(8, len(alphabet))
model = nn.ModuleList([embed, lstm, decode])
opt = torch.optim.RMSprop(model.parameters(), lr=0.005)
criterion = nn.CrossEntropyLoss()


def step(now, following, hc):
    opt.zero_grad()
    out, hc = lstm(embed(now), hc)
    loss = criterion(decode(out)[0], following[0])
    loss.backward()  # <- here
    opt.step()
    return hc


hc = None
for now, following in pieces(codes, 12):
    hc = step(now, following, hc)
