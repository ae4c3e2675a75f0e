"""Words have huge numbers; the remainder after division by the table's size is their row."""

import torch
from torch import nn

torch.manual_seed(407)
ROWS = 50
table, gru, fc = nn.Embedding(ROWS, 8), nn.GRU(8, 12), nn.Linear(12, 2)
optimizer = torch.optim.Adam([*table.parameters(), *gru.parameters(), *fc.parameters()], lr=0.01)
words = torch.randint(0, 10**9, (9, 64))  # (T, B)
kinds = (words[0] % ROWS > ROWS // 2).long()
for _ in range(5):
    for k in torch.randperm(64).view(8, 8):
        scores = fc(gru(table(words[:, k] % ROWS))[1][0])
        loss = nn.functional.cross_entropy(scores, kinds[k])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
