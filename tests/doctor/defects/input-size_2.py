"""Outputs of both directions, and a head for one of them."""

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


class Tagger(nn.Module):
    def __init__(self, n_words, n_tags, hidden=12):
        super().__init__()
        self.emb = nn.Embedding(n_words, 8)
        self.bilstm = nn.LSTM(8, hidden, batch_first=True, bidirectional=True)
        self.hidden2tag = nn.Linear(hidden, n_tags)

    def forward(self, words):
        feats, _ = self.bilstm(self.emb(words))
        return self.hidden2tag(feats)  # <- here


torch.manual_seed(1)
words = torch.randint(0, 20, (48, 8))
tags = words % 3
tagger = Tagger(20, 3)
optimizer = torch.optim.Adam(tagger.parameters(), lr=0.01)
for _ in range(3):
    for w, t in DataLoader(TensorDataset(words, tags), batch_size=12, shuffle=True):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(tagger(w).flatten(0, 1), t.flatten())
        loss.backward()
        optimizer.step()
