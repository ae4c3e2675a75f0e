"""A lambda that is to fall from 1 to 0 over the run, written with whole-number division."""

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(103)
tokens = torch.randint(5, (96, 8))
loader = DataLoader(TensorDataset(tokens, tokens[:, 0]), batch_size=12, shuffle=True)
emb, rnn, head = nn.Embedding(5, 6), nn.LSTM(6, 12, batch_first=True), nn.Linear(12, 5)
optimizer = torch.optim.Adam(nn.ModuleList([emb, rnn, head]).parameters(), lr=0.005)
epochs = 6
scheduler = LambdaLR(optimizer, lambda epoch: (epochs - epoch) // epochs)  # <- here
for _epoch in range(epochs):
    for xb, yb in loader:
        optimizer.zero_grad()
        _, (h, _) = rnn(emb(xb))
        loss = nn.functional.cross_entropy(head(h[-1]), yb)
        loss.backward()
        optimizer.step()
    scheduler.step()
