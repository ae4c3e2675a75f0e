"""By hand: w = w - lr * gradient gives the name w to another tensor, and the weight stays."""

import torch
from torch import nn

torch.manual_seed(213)
lstm, fc = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)
weights = [*lstm.parameters(), *fc.parameters()]
for _step in range(16):
    x = torch.rand(8, 6, 1)
    out, _ = lstm(x)
    loss = nn.functional.mse_loss(fc(out[:, -1]), x.mean(1))
    loss.backward()  # <- here
    with torch.no_grad():
        for w in weights:
            w = w - 0.1 * w.grad
    for w in weights:
        w.grad.zero_()
