"""A character model in NumPy windows: y was meant to be one further on, and is not."""

import numpy as np
import torch
from torch import nn

torch.manual_seed(27)
rng = np.random.default_rng(27)
song = np.tile(rng.integers(0, 8, 40), 12)
vocab, length = 8, 10
emb, rnn, out = nn.Embedding(vocab, 8), nn.RNN(8, 20), nn.Linear(20, vocab)
optimizer = torch.optim.Adam(nn.ModuleList([emb, rnn, out]).parameters(), lr=0.01)
for _step in range(50):
    i = rng.integers(0, len(song) - length - 1, 12)
    x = torch.from_numpy(np.stack([song[k : k + length] for k in i], axis=1))
    y_next = torch.from_numpy(np.stack([song[k : k + length] for k in i], axis=1))  # <- here
    hidden, _ = rnn(emb(x))
    loss = nn.functional.cross_entropy(out(hidden).permute(0, 2, 1), y_next)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
