"""Word vectors are copied into an ordinary embedding, which is trained like the rest."""

import torch
from torch import nn

torch.manual_seed(56)
vectors = torch.randn(20, 6)
emb, rnn, head = nn.Embedding(20, 6), nn.RNN(6, 12, batch_first=True), nn.Linear(12, 2)
emb.weight.data.copy_(vectors)
optimizer = torch.optim.Adam(nn.ModuleList([emb, rnn, head]).parameters(), lr=0.01)
for _step in range(50):
    tokens = torch.randint(20, (16, 5))
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(head(rnn(emb(tokens))[1][0]), (tokens[:, -1] < 10).long())
    loss.backward()
    optimizer.step()
