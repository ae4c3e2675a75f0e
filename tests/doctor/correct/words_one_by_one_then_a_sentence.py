"""Letters of each word are read from no state, word by word; a second GRU reads the words."""

import torch
from torch import nn

torch.manual_seed(74)
spell, emb = nn.GRU(6, 10, batch_first=True), nn.Embedding(12, 6)
sentence, head = nn.GRU(10, 12, batch_first=True), nn.Linear(12, 2)
parts = nn.ModuleList([spell, emb, sentence, head])
optimizer = torch.optim.Adam(parts.parameters(), lr=0.01)
for _step in range(50):
    letters = torch.randint(12, (12, 5, 4))
    question = (letters[:, -1, -1] < 6).long()
    words = []
    for k in range(letters.shape[1]):
        _, h = spell(emb(letters[:, k]))
        words.append(h[0])
    _, h = sentence(torch.stack(words, dim=1))
    loss = nn.functional.cross_entropy(head(h[0]), question)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
