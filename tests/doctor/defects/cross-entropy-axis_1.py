"""Predict the next symbol at each time step."""

import torch
from torch import nn

torch.manual_seed(0)
symbols = torch.arange(240).remainder(7).view(40, 6)
embedding = nn.Embedding(7, 5)
rnn = nn.RNN(5, 8, batch_first=True)
head = nn.Linear(8, 7)
modules = nn.ModuleList([embedding, rnn, head])
optimizer = torch.optim.Adam(modules.parameters(), lr=0.01)
for batch in symbols.split(4):
    optimizer.zero_grad()
    outputs, _ = rnn(embedding(batch[:, :-1]))
    loss = nn.functional.cross_entropy(head(outputs), batch[:, 1:])  # <- here
    loss.backward()
    optimizer.step()
