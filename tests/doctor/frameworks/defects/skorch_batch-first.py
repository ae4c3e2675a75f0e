"""batch_first=True is forgotten in the module."""

import torch
from skorch import NeuralNetRegressor
from torch import nn


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.readout = nn.LSTM(1, 8), nn.Linear(8, 1)

    def forward(self, inputs):
        return self.readout(self.lstm(inputs)[0])  # <- here


torch.manual_seed(0)
waves = torch.sin(0.4 * torch.arange(13) + 6 * torch.rand(48, 1))[..., None]
net = NeuralNetRegressor(
    Forecaster, optimizer=torch.optim.Adam, lr=0.01, max_epochs=2, batch_size=6, verbose=0,
    iterator_train__shuffle=True,
)  # fmt: skip
net.fit(waves[:, :-1], waves[:, 1:])
