"""NumPy windows reshaped to (samples, 1, look_back) for a forecast."""

import numpy as np
import torch
from torch import nn


class Forecaster(nn.Module):
    def __init__(self, look_back):
        super().__init__()
        self.lstm = nn.LSTM(look_back, 16, batch_first=True)
        self.linear = nn.Linear(16, 1)

    def forward(self, x):
        out, _ = self.lstm(x)  # <- here
        return self.linear(out[:, -1])


torch.manual_seed(65)
series = np.sin(np.arange(200) / 5).astype(np.float32)
look_back = 8
x = np.array([series[i : i + look_back] for i in range(180)])
y = np.array([series[i + look_back] for i in range(180)])
x = torch.from_numpy(np.reshape(x, (x.shape[0], 1, x.shape[1])))
y = torch.from_numpy(y).unsqueeze(1)
model = Forecaster(look_back)
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(4):
    for idx in torch.randperm(180).split(18):
        opt.zero_grad()
        loss = nn.functional.mse_loss(model(x[idx]), y[idx])
        loss.backward()
        opt.step()
