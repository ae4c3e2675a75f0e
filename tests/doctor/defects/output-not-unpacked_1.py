"""An RNN and a linear layer, one after the other."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(40, 8, 1)
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for batch in x.split(4):
    optimizer.zero_grad()
    outputs = rnn(batch)
    predictions = head(outputs)  # <- here
    loss = nn.functional.mse_loss(predictions, batch.cumsum(1))
    loss.backward()
    optimizer.step()
