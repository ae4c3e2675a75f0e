"""A trainer that scores a held-out piece of the series; state carried, LSTM."""

import torch
from torch import nn


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, x, hc=None):
        z, hc = self.lstm(x, hc)
        return self.out(z), hc


class Trainer:
    def __init__(self, model):
        self.model = model
        self.opt = torch.optim.RMSprop(model.parameters(), lr=0.003)

    def train(self, series):
        self.model.train()
        hc = None
        for i in range(0, len(series) - 10, 10):
            prediction, hc = self.model(series[i : i + 10], hc)
            hc = tuple(s.detach() for s in hc)
            loss = nn.functional.mse_loss(prediction, series[i + 1 : i + 11])
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()

    def validate(self, series):
        self.model.eval()
        prediction, _ = self.model(series[:-1])  # <- here
        return nn.functional.mse_loss(prediction, series[1:]).item()


torch.manual_seed(2)
wave = torch.sin(torch.arange(0, 40, 0.25)).view(-1, 1, 1)
trainer = Trainer(Forecaster())
for _ in range(2):
    trainer.train(wave[:101])
    trainer.validate(wave[101:113])
