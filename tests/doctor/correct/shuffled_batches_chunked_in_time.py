"""Shuffled sequences; each batch is read in chunks, and its state goes on from chunk to chunk."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(201)
x = torch.randn(24, 20, 1)
loader = DataLoader(TensorDataset(x, x.cumsum(1) / 4), batch_size=4, shuffle=True)
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(2):
    for inputs, targets in loader:
        state = None
        for part, wanted in zip(inputs.split(5, dim=1), targets.split(5, dim=1), strict=True):
            optimizer.zero_grad()
            outputs, state = rnn(part, state)
            loss = nn.functional.mse_loss(head(outputs), wanted)
            loss.backward()
            optimizer.step()
            state = state.detach()
