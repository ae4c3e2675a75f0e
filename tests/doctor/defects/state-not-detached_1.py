"""Running sums with an RNN whose state is carried from window to window."""

import torch
from torch import nn

torch.manual_seed(0)
series = torch.randn(4, 120, 1)
sums = series.cumsum(1) / 10
rnn = nn.RNN(1, 8, batch_first=True)
head = nn.Linear(8, 1)
params = [*rnn.parameters(), *head.parameters()]
optimizer = torch.optim.SGD(params, lr=0.05)
loss_fn = nn.MSELoss()

for _epoch in range(2):
    state = torch.zeros(1, 4, 8)
    for start in range(0, 120, 10):
        x, y = series[:, start : start + 10], sums[:, start : start + 10]
        optimizer.zero_grad()
        outputs, state = rnn(x, state)
        loss = loss_fn(head(outputs), y)
        loss.backward()  # <- here
        optimizer.step()
