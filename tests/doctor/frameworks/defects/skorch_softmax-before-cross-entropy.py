"""The module ends in a softmax, and its criterion is CrossEntropyLoss."""

import torch
from skorch import NeuralNetClassifier
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.head = nn.GRU(2, 8, batch_first=True), nn.Linear(8, 3)

    def forward(self, x):
        return torch.softmax(self.head(self.gru(x)[1][-1]), dim=-1)


torch.manual_seed(0)
x = torch.randn(48, 6, 2)
y = (x.mean(1).sum(1) * 3).round().long() % 3
net = NeuralNetClassifier(
    Classifier, criterion=nn.CrossEntropyLoss, optimizer=torch.optim.Adam, lr=0.01, max_epochs=2,
    batch_size=8, verbose=0,
)  # fmt: skip
net.fit(x, y)  # <- here
