"""Every layer of another size: each is given what the layer below gives."""

import torch
import torch.nn as nn

torch.manual_seed(121)
words = torch.randint(0, 20, (48, 8))
tags = words % 3
emb = nn.Embedding(20, 7)
first = nn.LSTM(7, 11, batch_first=True, bidirectional=True)
second = nn.GRU(22, 5, batch_first=True)
hidden2tag = nn.Linear(5, 3)
net = nn.ModuleList([emb, first, second, hidden2tag])
optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
for _ in range(8):
    for rows in torch.randperm(48).split(12):
        optimizer.zero_grad()
        feats, _ = first(emb(words[rows]))
        feats, _ = second(feats)
        loss = nn.functional.cross_entropy(hidden2tag(feats).mT, tags[rows])
        loss.backward()
        optimizer.step()
