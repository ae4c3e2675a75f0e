"""Raw scores of the next letter, where nll_loss wants log-probabilities."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(1)
text = (torch.arange(12) + torch.randint(0, 6, (60, 1))) % 6
emb, lstm, out = nn.Embedding(6, 6), nn.LSTM(6, 12, batch_first=True), nn.Linear(12, 6)
net = nn.ModuleList([emb, lstm, out])
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
for _ in range(8):
    for idx in torch.randperm(60).split(10):
        scores = out(lstm(emb(text[idx, :-1]))[0])
        loss = F.nll_loss(scores.reshape(-1, 6), text[idx, 1:].reshape(-1))  # <- here
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
