"""A tagger of padded sentences whose loss counts the tags of padding, too."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(0)
PAD = 0
sentences = [torch.randint(1, 20, (int(n),)) for n in torch.randint(4, 12, (64,))]
tags = [s % 3 + 1 for s in sentences]
embed = nn.Embedding(20, 8, padding_idx=PAD)
gru = nn.GRU(8, 16, batch_first=True)
out = nn.Linear(16, 4)
net = nn.ModuleList([embed, gru, out])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        x = pad_sequence([sentences[i] for i in idx.tolist()], batch_first=True, padding_value=PAD)
        y = pad_sequence([tags[i] for i in idx.tolist()], batch_first=True, padding_value=PAD)
        scores = out(gru(embed(x))[0])
        loss = criterion(scores.reshape(-1, 4), y.reshape(-1))  # <- here
        opt.zero_grad()
        loss.backward()
        opt.step()
