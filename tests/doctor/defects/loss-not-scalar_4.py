"""Masked losses of the steps of a tagger: summed over time, left apart for the batch."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(3)
emb, rnn, fc = nn.Embedding(12, 6), nn.RNN(6, 12, batch_first=True), nn.Linear(12, 3)
net = nn.ModuleList([emb, rnn, fc])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(20):
    lengths = torch.randint(3, 8, (10,))
    mask = torch.arange(7) < lengths[:, None]
    words = torch.randint(1, 12, (10, 7)) * mask
    scores = fc(rnn(emb(words))[0])
    losses = F.cross_entropy(scores.transpose(1, 2), words % 3, reduction="none")
    loss = (losses * mask).sum(1) / lengths
    opt.zero_grad()
    loss.backward()  # <- here
    opt.step()
