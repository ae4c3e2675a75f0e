"""An RNN learns the running mean of its inputs; the plainest loop there is."""

import torch
from torch import nn

torch.manual_seed(0)
B, T, H = 8, 10, 8
inputs = torch.randn(64, T, 1)
targets = inputs.cumsum(1) / torch.arange(1, T + 1).view(1, T, 1)

rnn = nn.RNN(1, H, batch_first=True)
head = nn.Linear(H, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.02)
loss_fn = nn.MSELoss()

losses = []
for _epoch in range(3):
    for i in range(0, len(inputs), B):
        x, y = inputs[i : i + B], targets[i : i + B]
        outputs, _ = rnn(x)
        loss = loss_fn(head(outputs), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
