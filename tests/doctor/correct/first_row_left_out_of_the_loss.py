"""A decoder writes its scores into a tensor of zeros from step 1 on; so does the loss begin."""

import torch
from torch import nn

torch.manual_seed(182)
vocab, steps = 6, 7
emb, cell, out = nn.Embedding(vocab, 8), nn.GRUCell(8, 16), nn.Linear(16, vocab)
optimizer = torch.optim.Adam([*emb.parameters(), *cell.parameters(), *out.parameters()], lr=0.01)
for _step in range(40):
    first = torch.randint(vocab, (10, 1))
    target = (first + torch.arange(steps)) % vocab
    h = torch.zeros(10, 16)
    outputs = torch.zeros(10, steps, vocab)
    for t in range(1, steps):
        h = cell(emb(target[:, t - 1]), h)
        outputs[:, t] = out(h)
    scores, wanted = outputs[:, 1:].reshape(-1, vocab), target[:, 1:].reshape(-1)
    loss = nn.functional.cross_entropy(scores, wanted)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
