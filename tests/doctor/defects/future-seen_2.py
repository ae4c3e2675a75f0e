"""Each next value of a random walk, foretold by an LSTM that reads from both ends."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(33)
walks = torch.randn(96, 15).cumsum(1) / 4
loader = DataLoader(
    TensorDataset(walks[:, :-1, None], walks[:, 1:, None]), batch_size=12, shuffle=True
)
lstm = nn.LSTM(1, 12, bidirectional=True, batch_first=True)
readout = nn.Linear(24, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *readout.parameters()], lr=0.01)
for _epoch in range(6):
    for now, then in loader:
        states, _ = lstm(now)  # <- here
        loss = nn.functional.mse_loss(readout(states), then)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
