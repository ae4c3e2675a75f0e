"""softplus keeps the outputs above zero, and half of the changes to be foretold are below."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(177)
lstm, fc = nn.LSTM(1, 16, batch_first=True), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.01)
for _step in range(50):
    x = torch.randn(12, 8, 1)
    change = x[:, -1] - x[:, -2]
    optimizer.zero_grad()
    loss = F.mse_loss(F.softplus(fc(lstm(x)[0][:, -1])), change)  # <- here
    loss.backward()
    optimizer.step()
