"""Token numbers go up to thousands, but an embedding stands before the GRU."""

import torch
from torch import nn

torch.manual_seed(156)
emb, gru, fc = nn.Embedding(3000, 8), nn.GRU(8, 12, batch_first=True), nn.Linear(12, 2)
tokens = torch.randint(2990, 3000, (100, 5))
y = (tokens[:, -1] > 2994).long()
optimizer = torch.optim.Adam(nn.ModuleList([emb, gru, fc]).parameters(), lr=0.02)
for _epoch in range(4):
    for i in torch.randperm(100).split(10):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(fc(gru(emb(tokens[i]))[1][-1]), y[i])
        loss.backward()
        optimizer.step()
