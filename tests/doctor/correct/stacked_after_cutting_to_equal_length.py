"""Sentences are cut to the shortest length of the batch and stacked then."""

import torch
from torch import nn

torch.manual_seed(129)
vocab = 18
sentences = [torch.randint(0, vocab, (int(n),)) for n in torch.randint(4, 10, (40,))]
labels = torch.stack([(s[3] < 9).long() for s in sentences])
embedding = nn.Embedding(vocab, 6)
lstm = nn.LSTM(6, 10, batch_first=True)
linear = nn.Linear(10, 2)
params = [*embedding.parameters(), *lstm.parameters(), *linear.parameters()]
optimizer = torch.optim.Adam(params, lr=0.03)
for _ in range(6):
    for idx in torch.randperm(40).split(8):
        batch = [sentences[i][:4] for i in idx.tolist()]
        _, (h, _) = lstm(embedding(torch.stack(batch)))
        loss = nn.functional.cross_entropy(linear(h[-1]), labels[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
