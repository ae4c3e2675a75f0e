"""LBFGS, which calls skorch's closure several times an update."""

import torch
from skorch import NeuralNetRegressor
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.fc = nn.GRU(1, 6, batch_first=True), nn.Linear(6, 1)

    def forward(self, x):
        return self.fc(self.gru(x)[1][0])


torch.manual_seed(3)
x = torch.randn(40, 8, 1)
net = NeuralNetRegressor(
    Net, optimizer=torch.optim.LBFGS, optimizer__max_iter=3, lr=0.3, max_epochs=5, batch_size=-1,
    train_split=None, verbose=0,
)  # fmt: skip
net.fit(x, x.mean(1))
model, updates, backwards = net.module_, 5, 5 * 3
