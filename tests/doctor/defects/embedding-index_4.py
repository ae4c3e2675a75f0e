"""The table is as large as the words of the training texts are many, not as their numbers."""

import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(3)
torch.manual_seed(3)
tokens = torch.from_numpy(rng.choice([3, 8, 21, 40, 77], size=(48, 6)))
labels = (tokens[:, -1] > 20).long()
n_words = len(tokens.unique())
embed, lstm, fc = nn.Embedding(n_words, 5), nn.LSTM(5, 10, batch_first=True), nn.Linear(10, 2)
net = nn.ModuleList([embed, lstm, fc])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(4):
    for idx in torch.randperm(48).split(12):
        out, _ = lstm(embed(tokens[idx]))  # <- here
        loss = nn.functional.cross_entropy(fc(out[:, -1]), labels[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
