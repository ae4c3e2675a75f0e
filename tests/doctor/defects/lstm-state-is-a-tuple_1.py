"""State carried through an LSTM, cut from its graph between two batches."""

import torch
from torch import nn

torch.manual_seed(0)
inputs = torch.randn(4, 100, 2)
targets = inputs.mean(-1, keepdim=True)
lstm = nn.LSTM(2, 8, batch_first=True)
head = nn.Linear(8, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)

state = None
for x, y in zip(inputs.split(10, 1), targets.split(10, 1), strict=True):
    optimizer.zero_grad()
    outputs, state = lstm(x, state)
    loss = nn.functional.mse_loss(head(outputs), y)
    loss.backward()
    optimizer.step()
    state = state.detach()  # <- here
