"""Losses of all steps with reduction none, weighted by a mask, over the true steps."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(143)
sentences = [torch.randint(1, 20, (int(n),)) for n in torch.randint(4, 12, (64,))]
embed, gru, out = nn.Embedding(20, 8), nn.GRU(8, 16, batch_first=True), nn.Linear(16, 3)
net = nn.ModuleList([embed, gru, out])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        x = pad_sequence([sentences[i] for i in idx.tolist()], batch_first=True)
        mask = (x > 0).float()
        scores = out(gru(embed(x))[0])
        losses = nn.functional.cross_entropy(scores.mT, x % 3, reduction="none")
        loss = (losses * mask).sum() / mask.sum()
        opt.zero_grad()
        loss.backward()
        opt.step()
