"""A classifier hands its dropout to a GRU, whose number of layers is one unless it is told."""

import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, n_tokens, hidden, dropout):
        super().__init__()
        self.emb = nn.Embedding(n_tokens, 8)
        self.gru = nn.GRU(8, hidden, dropout=dropout)  # <- here
        self.fc = nn.Linear(hidden, 2)

    def forward(self, tokens):
        _, h = self.gru(self.emb(tokens))
        return self.fc(h[-1])


torch.manual_seed(193)
model = Classifier(10, 14, dropout=0.3)
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(40):
    tokens = torch.randint(10, (7, 12))
    many = ((tokens > 6).sum(0) > 2).long()
    opt.zero_grad()
    loss = nn.functional.cross_entropy(model(tokens), many)
    loss.backward()
    opt.step()
