"""Each step's tag from a softmax, given to nll_loss as it is."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(2)
words = torch.randint(0, 12, (72, 7))
tags = (words + words.roll(1, 1)) % 3
emb = nn.Embedding(12, 8)
lstm = nn.LSTM(8, 16, batch_first=True, bidirectional=True)
fc = nn.Linear(32, 3)
net = nn.ModuleList([emb, lstm, fc])
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(6):
    for w, t in DataLoader(TensorDataset(words, tags), batch_size=12, shuffle=True):
        out = F.softmax(fc(lstm(emb(w))[0]), dim=2)
        loss = F.nll_loss(out.transpose(1, 2), t)  # <- here
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
