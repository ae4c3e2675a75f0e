"""One layer, and dropout as a module of its own behind it, which does have an effect."""

import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, n_tokens, hidden, dropout):
        super().__init__()
        self.emb = nn.Embedding(n_tokens, 8)
        self.gru = nn.GRU(8, hidden)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden, 2)

    def forward(self, tokens):
        _, h = self.gru(self.emb(tokens))
        return self.fc(self.dropout(h[-1]))


torch.manual_seed(194)
model = Classifier(10, 14, dropout=0.1)
opt = torch.optim.Adam(model.parameters(), lr=0.03)
for _ in range(60):
    tokens = torch.randint(10, (7, 16))
    many = ((tokens > 6).sum(0) > 2).long()
    opt.zero_grad()
    loss = nn.functional.cross_entropy(model(tokens), many)
    loss.backward()
    opt.step()
