"""The forward half foretells the next token, the backward half the one before: none sees it."""

import torch
from torch import nn

torch.manual_seed(36)
vocab, size = 9, 14
tokens = (torch.randint(vocab, (1, 120)) + 2 * torch.arange(14)[:, None]) % vocab
embed = nn.Embedding(vocab, 10)
both = nn.LSTM(10, size, bidirectional=True)
project = nn.Linear(size, vocab)
params = [*embed.parameters(), *both.parameters(), *project.parameters()]
optimizer = torch.optim.Adam(params, lr=0.02)
for _epoch in range(4):
    for cols in torch.randperm(120).split(12):
        sequence = tokens[:, cols]
        optimizer.zero_grad()
        hidden, _ = both(embed(sequence))
        ahead = project(hidden[:-1, :, :size]).flatten(0, 1)
        back = project(hidden[1:, :, size:]).flatten(0, 1)
        loss = nn.functional.cross_entropy(ahead, sequence[1:].flatten())
        loss = loss + nn.functional.cross_entropy(back, sequence[:-1].flatten())
        loss.backward()
        optimizer.step()
