"""Scores of a seq2seq decoder, time first, with a start token in row 0 that nobody foretells."""

import torch
from torch import nn

torch.manual_seed(187)
vocab, start = 7, 0
emb, encoder, decoder = nn.Embedding(vocab, 8), nn.GRU(8, 16), nn.GRU(8, 16)
out = nn.Linear(16, vocab)
optimizer = torch.optim.Adam(nn.ModuleList([emb, encoder, decoder, out]).parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()
for _step in range(40):
    source = torch.randint(1, vocab, (5, 12))
    target = torch.cat([torch.full((1, 12), start), source.flip(0)])
    _, state = encoder(emb(source))
    scores = torch.zeros(len(target), 12, vocab)
    for t in range(1, len(target)):
        hidden, state = decoder(emb(target[t - 1 : t]), state)
        scores[t] = out(hidden[0])
    loss = criterion(scores.view(-1, vocab), target.view(-1))  # <- here
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
