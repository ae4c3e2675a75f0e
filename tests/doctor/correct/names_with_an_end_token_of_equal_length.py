"""Names of one length that end in token 0, which is to be predicted: no padding at all."""

import torch
from torch import nn

torch.manual_seed(144)
names = (torch.arange(7) * 2 + torch.arange(64)[:, None]) % 9 + 1
names = torch.cat([names, torch.zeros(64, 1, dtype=torch.long)], 1)
emb, lstm, fc = nn.Embedding(10, 8), nn.LSTM(8, 16, batch_first=True), nn.Linear(16, 10)
net = nn.ModuleList([emb, lstm, fc])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        chars = names[idx]
        scores = fc(lstm(emb(chars[:, :-1]))[0])
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), chars[:, 1:].flatten())
        opt.zero_grad()
        loss.backward()
        opt.step()
