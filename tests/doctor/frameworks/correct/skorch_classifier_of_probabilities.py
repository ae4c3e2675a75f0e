"""The classifier's default: the module ends in a softmax, and skorch takes the logarithm."""

import torch
from skorch import NeuralNetClassifier
from torch import nn


class RNNModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(2, 8, batch_first=True)
        self.dense = nn.Linear(8, 2)

    def forward(self, X):
        _, state = self.rnn(X)
        return torch.softmax(self.dense(state[0]), dim=-1)


torch.manual_seed(2)
X = torch.randn(48, 6, 2)
y = (X[:, -1].sum(1) > 0).long()
net = NeuralNetClassifier(
    RNNModule, optimizer=torch.optim.SGD, optimizer__momentum=0.9, lr=0.1, max_epochs=4,
    batch_size=8, train_split=None, verbose=0,
)  # fmt: skip
net.fit(X, y)
net.partial_fit(X, y, epochs=2)
model, updates = net.module_, 6 * 6
