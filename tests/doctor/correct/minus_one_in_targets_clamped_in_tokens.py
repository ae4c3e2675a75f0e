"""Padding is -1 in the data: clamped for the embedding, ignored in the loss."""

import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(124)
torch.manual_seed(124)
sentences = [rng.integers(0, 15, size=rng.integers(4, 9)) for _ in range(40)]
padded = np.full((40, 8), -1)
for row, s in zip(padded, sentences, strict=True):
    row[: len(s)] = s
tokens = torch.from_numpy(padded)
labels = torch.where(tokens >= 0, tokens % 2, -1)
embedding, rnn, tag = nn.Embedding(16, 6), nn.RNN(6, 12, batch_first=True), nn.Linear(12, 2)
weights = [*embedding.parameters(), *rnn.parameters(), *tag.parameters()]
optimizer = torch.optim.Adam(weights, lr=0.02)
loss_fn = nn.CrossEntropyLoss(ignore_index=-1)
for _ in range(6):
    for idx in torch.randperm(40).split(8):
        hidden, _ = rnn(embedding(tokens[idx].clamp(min=0)))
        loss = loss_fn(tag(hidden).flatten(0, 1), labels[idx].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
