"""Logits of two classes: skorch's binary classifier, the encoder frozen at first."""

import torch
from skorch import NeuralNetBinaryClassifier
from skorch.callbacks import Freezer, Unfreezer
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(2, 6, batch_first=True), nn.Linear(6, 1)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1]).squeeze(-1)


torch.manual_seed(6)
x = torch.randn(50, 7, 2)
net = NeuralNetBinaryClassifier(
    Net, optimizer=torch.optim.Adam, lr=0.02, max_epochs=4, batch_size=8, verbose=0,
    callbacks=[Freezer("lstm.*"), Unfreezer("lstm.*", at=3)],
)  # fmt: skip
net.fit(x, (x[:, -1].sum(1) > 0).float())
model, updates = net.module_, 4 * 5
