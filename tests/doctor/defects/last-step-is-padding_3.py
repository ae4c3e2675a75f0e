"""Rows of a NumPy array filled with zeros up to the longest; the last column is read."""

import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(2)
torch.manual_seed(2)
lengths = rng.integers(4, 13, size=60)
tokens = np.zeros((60, 12), dtype=np.int64)
for row, n in zip(tokens, lengths, strict=True):
    row[:n] = rng.integers(1, 10, size=n)
last_token = tokens[np.arange(60), lengths - 1]
y = torch.from_numpy((last_token > 5).astype(np.float32))
x = torch.from_numpy(tokens)
emb = nn.Embedding(10, 6, padding_idx=0)
lstm, fc = nn.LSTM(6, 12, batch_first=True), nn.Linear(12, 1)
net = nn.ModuleList([emb, lstm, fc])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(8):
    for idx in torch.randperm(60).split(10):
        hidden, _ = lstm(emb(x[idx]))
        logit = fc(hidden[:, -1, :]).squeeze(1)  # <- here
        loss = nn.functional.binary_cross_entropy_with_logits(logit, y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
