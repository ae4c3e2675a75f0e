"""One number a sequence is the target, and the module answers with a column."""

import torch
from skorch import NeuralNetRegressor
from skorch.callbacks import GradientNormClipping
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)

    def forward(self, x):
        return self.fc(self.rnn(x)[0][:, -1])


torch.manual_seed(0)
x = torch.randn(48, 8, 1)
net = NeuralNetRegressor(
    Net, optimizer=torch.optim.Adam, lr=0.01, max_epochs=2, batch_size=6, verbose=0,
    train_split=None, callbacks=[GradientNormClipping(1.0)],
)  # fmt: skip
net.fit(x, x.mean((1, 2)))  # <- here
