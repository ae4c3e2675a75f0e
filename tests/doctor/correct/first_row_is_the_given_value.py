"""Row 0 of the forecasts is set to the given first value, which is right and costs nothing."""

import torch
from torch import nn

torch.manual_seed(188)
lstm, fc = nn.LSTM(1, 14, batch_first=True), nn.Linear(14, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.02)
for _step in range(40):
    x = torch.sin(torch.arange(8) / 2 + 6.28 * torch.rand(10, 1)).unsqueeze(-1)
    predictions, state = torch.zeros(10, 8, 1), None
    predictions[:, 0] = x[:, 0]
    for t in range(1, 8):
        out, state = lstm(x[:, t - 1 : t], state)
        predictions[:, t] = fc(out[:, 0])
    loss = nn.functional.mse_loss(predictions, x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
