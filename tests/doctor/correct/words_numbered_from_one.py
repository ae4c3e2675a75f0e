"""Words are numbered from 1, and the table has a row more, for number 0."""

import torch
from torch import nn

torch.manual_seed(104)
lines = ["we go up the hill", "they go down the road", "we run down the hill"]
words = sorted({w for line in lines for w in line.split()})
number = {w: k for k, w in enumerate(words, start=1)}
text = torch.tensor([[number[w] for w in line.split()] for line in lines])
embed = nn.Embedding(len(words) + 1, 6, padding_idx=0)
lstm = nn.LSTM(6, 16, batch_first=True)
out = nn.Linear(16, len(words) + 1)
params = [*embed.parameters(), *lstm.parameters(), *out.parameters()]
opt = torch.optim.Adam(params, lr=0.03)
for _ in range(25):
    vectors = embed(text[:, :-1])
    scores = out(lstm(vectors)[0])
    loss = nn.functional.cross_entropy(scores.flatten(0, 1), text[:, 1:].flatten())
    opt.zero_grad()
    loss.backward()
    opt.step()
