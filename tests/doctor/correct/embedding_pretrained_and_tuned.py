"""Word vectors from elsewhere, tuned with the rest: from_pretrained with freeze=False."""

import torch
from torch import nn


class Sentiment(nn.Module):
    def __init__(self, vectors):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(vectors, freeze=False)
        self.rnn = nn.GRU(vectors.shape[1], 12, batch_first=True)
        self.fc = nn.Linear(12, 2)

    def forward(self, tokens):
        _, h = self.rnn(self.embedding(tokens))
        return self.fc(h[-1])


torch.manual_seed(52)
vectors = torch.randn(30, 8)
tokens = torch.randint(30, (120, 7))
sentiment = ((tokens < 10).sum(1) > 2).long()
model = Sentiment(vectors)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(4):
    for chosen in torch.randperm(120).split(12):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(tokens[chosen]), sentiment[chosen])
        loss.backward()
        optimizer.step()
