"""A series from NumPy goes straight into an RNN."""

import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
series = np.sin(np.arange(0, 60, 0.2))
windows = np.stack([series[i : i + 11] for i in range(0, 280, 7)])[:, :, None]
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for start in range(0, 40, 4):
    batch = torch.from_numpy(windows[start : start + 4])
    optimizer.zero_grad()
    outputs, _ = rnn(batch[:, :-1])  # <- here
    loss = nn.functional.mse_loss(head(outputs), batch[:, 1:])
    loss.backward()
    optimizer.step()
