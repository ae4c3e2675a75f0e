"""Probabilities are what a classifier should give, so the loss gets them."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(48, 8, 1)
y = (x.sum((1, 2)) > 0).long()
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 2)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.02)
for _epoch in range(2):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=6, shuffle=True):
        optimizer.zero_grad()
        _, state = rnn(xb)
        logits = head(state[-1])
        loss = F.cross_entropy(F.softmax(logits, dim=-1), yb)  # <- here
        loss.backward()
        optimizer.step()
