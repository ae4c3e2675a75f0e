"""A tagger in both directions: the tag of each word hangs on the word before it and after it."""

import torch
import torch.nn.functional as F
from torch import nn


class Tagger(nn.Module):
    def __init__(self, n_words, n_tags):
        super().__init__()
        self.emb = nn.Embedding(n_words, 12)
        self.gru = nn.GRU(12, 16, batch_first=True, bidirectional=True)
        self.out = nn.Linear(32, n_tags)

    def forward(self, ids):
        hidden, _ = self.gru(self.emb(ids))
        return self.out(hidden)


torch.manual_seed(32)
words = torch.randint(7, (100, 12))
tags = (words.roll(-1, 1) > words.roll(1, 1)).long()
model = Tagger(7, 2)
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(5):
    for chosen in torch.randperm(100).split(10):
        logits = model(words[chosen])
        loss = F.cross_entropy(logits.transpose(1, 2), tags[chosen])
        opt.zero_grad()
        loss.backward()
        opt.step()
