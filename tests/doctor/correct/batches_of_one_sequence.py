"""One sequence at a time, in random order: each batch has one class because it is one example."""

import torch
from torch import nn

torch.manual_seed(84)
x = torch.randn(60, 6, 1) + torch.tensor([-1.0, 1.0]).repeat_interleave(30)[:, None, None]
y = torch.arange(2).repeat_interleave(30)
rnn, out = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 2)
optimizer = torch.optim.Adam([*rnn.parameters(), *out.parameters()], lr=0.01)
for _epoch in range(2):
    for i in torch.randperm(60).tolist():
        _, h = rnn(x[i : i + 1])
        loss = nn.functional.cross_entropy(out(h[-1]), y[i : i + 1])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
