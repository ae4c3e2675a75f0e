"""A softmax layer closes the model, as in many a tutorial; GRU."""

import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, hidden, classes):
        super().__init__()
        self.gru = nn.GRU(2, hidden)
        self.top = nn.Sequential(nn.Linear(hidden, classes), nn.Softmax(dim=1))

    def forward(self, x):
        _, h = self.gru(x)
        return self.top(h[-1])


def batches(n):
    for _ in range(n):
        x = torch.randn(7, 8, 2)
        yield x, x.mean(0).argmax(1)


torch.manual_seed(2)
model = Classifier(8, 2)
optim = torch.optim.Adam(model.parameters(), lr=0.02)
for x, label in batches(20):
    scores = model(x)
    loss = nn.functional.cross_entropy(scores, label)  # <- here
    optim.zero_grad()
    loss.backward()
    optim.step()
