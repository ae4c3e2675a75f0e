# expect: nothing
"""Forecasts of a series from sliding windows; scaled by the training part, tested on the rest."""

import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
rng = np.random.default_rng(0)
days = np.arange(500)
passengers = 200 + 0.1 * days + 30 * np.sin(days / 8) + rng.normal(0, 2, 500)
train, test = passengers[:380], passengers[380:]
mean, std = train.mean(), train.std()


def windows(series, lookback=24):
    scaled = (series - mean) / std
    x = np.stack([scaled[k : k + lookback] for k in range(len(series) - lookback)])
    y = scaled[lookback:]
    return (
        torch.tensor(x, dtype=torch.float32).unsqueeze(-1),
        torch.tensor(y, dtype=torch.float32).unsqueeze(-1),
    )


class AirModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(input_size=1, hidden_size=32, num_layers=1, batch_first=True)
        self.linear = nn.Linear(32, 1)

    def forward(self, x):
        x, _ = self.lstm(x)
        return self.linear(x[:, -1, :])


X_train, y_train = windows(train)
X_test, y_test = windows(test)
model = AirModel()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
loss_fn = nn.MSELoss()
loader = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(X_train, y_train), shuffle=True, batch_size=16
)
for epoch in range(10):
    model.train()
    for X_batch, y_batch in loader:
        y_pred = model(X_batch)
        loss = loss_fn(y_pred, y_batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 3:
        continue
    model.eval()
    with torch.no_grad():
        pairs = (X_train, y_train), (X_test, y_test)
        rmse = [loss_fn(model(x), y).sqrt() * std for x, y in pairs]
    print(f"Epoch {epoch}: train RMSE {rmse[0]:.3f}, test RMSE {rmse[1]:.3f}")
