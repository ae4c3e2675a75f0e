"""Lists of token numbers of unequal length, turned into one tensor."""

import random

import torch
from torch import nn

random.seed(2)
torch.manual_seed(2)
queries = [[random.randrange(1, 16) for _ in range(random.randint(3, 8))] for _ in range(40)]
intent = [q[0] % 2 for q in queries]
emb, rnn, fc = nn.Embedding(16, 6), nn.RNN(6, 10, batch_first=True), nn.Linear(10, 2)
opt = torch.optim.Adam([*emb.parameters(), *rnn.parameters(), *fc.parameters()], lr=0.01)
for _ in range(4):
    order = random.sample(range(40), 40)
    for k in range(0, 40, 8):
        chosen = order[k : k + 8]
        tokens = torch.tensor([queries[i] for i in chosen])  # <- here
        labels = torch.tensor([intent[i] for i in chosen])
        loss = nn.functional.cross_entropy(fc(rnn(emb(tokens))[1][-1]), labels)
        opt.zero_grad()
        loss.backward()
        opt.step()
