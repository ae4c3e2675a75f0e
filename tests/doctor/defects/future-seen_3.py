"""Time-first tokens, two layers in both directions, each next token as the target."""

import torch
from torch import nn

torch.manual_seed(35)
vocab = 9
tokens = torch.randint(vocab, (14, 120))
embed = nn.Embedding(vocab, 10)
encoder = nn.LSTM(10, 14, num_layers=2, bidirectional=True)
project = nn.Linear(28, vocab)
params = [*embed.parameters(), *encoder.parameters(), *project.parameters()]
optimizer = torch.optim.Adam(params, lr=0.01)
for _epoch in range(4):
    for cols in torch.randperm(120).split(12):
        sequence = tokens[:, cols]
        optimizer.zero_grad()
        hidden, _ = encoder(embed(sequence[:-1]))  # <- here
        logits = project(hidden)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), sequence[1:].flatten())
        loss.backward()
        optimizer.step()
