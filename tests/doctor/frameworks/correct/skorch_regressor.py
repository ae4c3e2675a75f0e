"""skorch's regressor: an LSTM, clipping, a fifth of the data for validation."""

import torch
from skorch import NeuralNetRegressor
from skorch.callbacks import GradientNormClipping
from torch import nn


class Forecaster(nn.Module):
    def __init__(self, hidden_size=8):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden_size, batch_first=True)
        self.readout = nn.Linear(hidden_size, 1)

    def forward(self, inputs):
        outputs, _state = self.lstm(inputs)
        return self.readout(outputs)


torch.manual_seed(0)
waves = torch.sin(0.4 * torch.arange(13) + 6 * torch.rand(50, 1))[..., None].numpy()
net = NeuralNetRegressor(
    Forecaster, optimizer=torch.optim.Adam, lr=0.01, max_epochs=3, batch_size=4, verbose=0,
    iterator_train__shuffle=True, callbacks=[GradientNormClipping(gradient_clip_value=1.0)],
)  # fmt: skip
net.fit(waves[:, :-1], waves[:, 1:])
assert net.predict(waves[:, :-1]).shape == (50, 12, 1)
model, updates = net.module_, 3 * 10
