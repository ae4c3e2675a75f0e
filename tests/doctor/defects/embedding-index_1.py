"""Words are numbered from 1, the table has no row for the last one."""

import torch
from torch import nn

torch.manual_seed(0)
lines = [
    "the cat sat on the mat",
    "the dog ate the old hat",
    "a cat ate on a mat",
    "an old dog sat by me",
]
words = sorted({w for line in lines for w in line.split()})
number = {w: k for k, w in enumerate(words, start=1)}
text = torch.tensor([[number[w] for w in line.split()] for line in lines])
embed = nn.Embedding(len(words), 6)
lstm = nn.LSTM(6, 16, batch_first=True)
out = nn.Linear(16, len(words) + 1)
params = [*embed.parameters(), *lstm.parameters(), *out.parameters()]
opt = torch.optim.Adam(params, lr=0.02)
for _ in range(20):
    vectors = embed(text[:, :-1])  # <- here
    scores = out(lstm(vectors)[0])
    loss = nn.functional.cross_entropy(scores.flatten(0, 1), text[:, 1:].flatten())
    opt.zero_grad()
    loss.backward()
    opt.step()
