"""The whole epoch runs under no_grad, to save memory."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(40, 8, 1)
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
with torch.no_grad():
    for batch in x.split(4):
        optimizer.zero_grad()
        outputs, _ = rnn(batch)
        loss = nn.functional.mse_loss(head(outputs[:, -1]), batch.mean(1))
        loss.backward()  # <- here
        optimizer.step()
