"""The loop over time starts at 1 as the first input has no past; its row stays zero."""

import torch
from torch import nn

torch.manual_seed(185)
lstm, fc = nn.LSTM(1, 14, batch_first=True), nn.Linear(14, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.01)
for _step in range(40):
    x = torch.randn(10, 7, 1) + 1
    predictions, state = torch.zeros(10, 7), None
    for t in range(1, 7):
        out, state = lstm(x[:, t - 1 : t], state)
        predictions[:, t] = fc(out).squeeze(-1).squeeze(-1)
    differences = (predictions - x.squeeze(-1)).abs()
    loss = differences.mean()  # <- here
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
