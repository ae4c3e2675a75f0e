"""Sequences are batched by their length: the last step is a true one, nothing is padded."""

import torch
from torch import nn

torch.manual_seed(147)
embed, gru, fc = nn.Embedding(15, 8), nn.GRU(8, 12, batch_first=True), nn.Linear(12, 2)
opt = torch.optim.Adam([*embed.parameters(), *gru.parameters(), *fc.parameters()], lr=0.02)
buckets = [torch.randint(1, 15, (16, n)) for n in (3, 5, 6, 9)]
for _ in range(12):
    for k in torch.randperm(4).tolist():
        tokens = buckets[k]
        out, _ = gru(embed(tokens))
        loss = nn.functional.cross_entropy(fc(out[:, -1]), (tokens[:, -1] > 7).long())
        opt.zero_grad()
        loss.backward()
        opt.step()
