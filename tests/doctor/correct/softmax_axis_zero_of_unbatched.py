"""One sequence at a time, without a batch axis: axis 0 of its scores are the classes."""

import torch
from torch import nn

torch.manual_seed(136)
x = torch.randn(80, 6, 2)
kind = (x[:, -1, 0] > 0).long() + (x[:, -1, 1] > 0).long()
rnn, fc = nn.RNN(2, 12), nn.Linear(12, 3)
log_softmax = nn.LogSoftmax(dim=0)
loss_fn = nn.NLLLoss()
optimizer = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.01)
for _ in range(2):
    for k in torch.randperm(80).tolist():
        _, h = rnn(x[k])
        loss = loss_fn(log_softmax(fc(h[-1])), kind[k])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
