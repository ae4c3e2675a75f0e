"""Clipping in an RNN's loop, a line too early."""

import torch
from torch import nn

torch.manual_seed(0)
series = torch.sin(torch.arange(0, 50, 0.2)).unfold(0, 11, 5)[:40, :, None]
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
params = [*rnn.parameters(), *head.parameters()]
optimizer = torch.optim.SGD(params, lr=0.1)
for _epoch in range(2):
    for batch in series.split(4):
        optimizer.zero_grad()
        outputs, _ = rnn(batch[:, :-1])
        loss = nn.functional.mse_loss(head(outputs), batch[:, 1:])
        torch.nn.utils.clip_grad_norm_(params, max_norm=0.5)  # <- here
        loss.backward()
        optimizer.step()
