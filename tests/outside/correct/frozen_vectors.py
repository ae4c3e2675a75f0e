# expect: nothing
"""Pretrained word vectors stay as they are, on purpose, and are left out of the optimizer."""

import torch
from torch import nn

torch.manual_seed(0)
vectors = torch.randn(100, 12)


class Frozen(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(vectors, freeze=True)
        self.lstm = nn.LSTM(12, 24, batch_first=True)
        self.fc = nn.Linear(24, 2)

    def forward(self, x):
        _, (h, _) = self.lstm(self.embedding(x))
        return self.fc(h[-1])


model = Frozen()
optimizer = torch.optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=0.01)
for step in range(100):
    x = torch.randint(0, 100, (32, 6))
    y = (vectors[x][..., 0].sum(1) > 0).long()
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    if step % 25 == 24:
        print(step, round(loss.item(), 3))
