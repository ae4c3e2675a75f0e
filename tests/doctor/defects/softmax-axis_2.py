"""Class scores turned into probabilities over the batch, then a log and NLLLoss."""

import torch
from torch import nn

torch.manual_seed(1)
x = torch.randn(90, 6, 2)
kind = (x[:, -1, 0] > 0).long() + (x[:, -1, 1] > 0).long()
rnn, fc = nn.RNN(2, 12, batch_first=True), nn.Linear(12, 3)
softmax = nn.Softmax(dim=0)
loss_fn = nn.NLLLoss()
optimizer = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.01)
for _ in range(5):
    for idx in torch.randperm(90).split(10):
        _, h = rnn(x[idx])
        probs = softmax(fc(h[-1]))  # <- here
        loss = loss_fn(torch.log(probs), kind[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
