"""A step was added before the clipping and the old one left where it was: two for one gradient."""

import torch
from torch import nn

torch.manual_seed(141)
rnn, head = nn.RNN(1, 10, batch_first=True), nn.Linear(10, 1)
optimizer = torch.optim.SGD([*rnn.parameters(), *head.parameters()], lr=0.02)
for _step in range(40):
    x = torch.rand(8, 7, 1)
    optimizer.zero_grad()
    prediction = head(rnn(x)[0])
    loss = nn.functional.mse_loss(prediction, x * 2 - 1)
    loss.backward()
    optimizer.step()
    optimizer.step()  # <- here
