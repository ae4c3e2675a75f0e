"""One pass over a long file, two kinds of signals one after the other: 30 batches of each."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(89)
kind = torch.arange(2).repeat_interleave(240)
signals = torch.randn(480, 7, 1) * (1 + kind)[:, None, None]
batches = DataLoader(TensorDataset(signals, kind), batch_size=8)
rnn, head = nn.RNN(1, 9, batch_first=True), nn.Linear(9, 2)
optimizer = torch.optim.SGD([*rnn.parameters(), *head.parameters()], lr=0.1)
for signal, label in batches:
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(head(rnn(signal)[1][0]), label)  # <- here
    loss.backward()
    optimizer.step()
