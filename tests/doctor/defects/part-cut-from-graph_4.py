"""A tagger's argmax goes on to a second network, so the tagger gets no gradient."""

import torch
from torch import nn

torch.manual_seed(47)
tagger, scores = nn.LSTM(2, 10, batch_first=True), nn.Linear(10, 4)
tag_vectors, reader, head = nn.Embedding(4, 6), nn.GRU(6, 10, batch_first=True), nn.Linear(10, 2)
parts = nn.ModuleList([tagger, scores, tag_vectors, reader, head])
optimizer = torch.optim.Adam(parts.parameters(), lr=0.01)
for _step in range(40):
    x = torch.randn(10, 6, 2)
    y = (x.sum((1, 2)) > 0).long()
    out, _ = tagger(x)
    tags = scores(out).argmax(-1)  # <- here
    _, h = reader(tag_vectors(tags))
    loss = nn.functional.cross_entropy(head(h[-1]), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
