"""Raw scores of the next letter, normalised by hand: minus their logsumexp."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(135)
text = (torch.arange(12) + torch.randint(0, 6, (60, 1))) % 6
emb, lstm, out = nn.Embedding(6, 6), nn.LSTM(6, 12, batch_first=True), nn.Linear(12, 6)
net = nn.ModuleList([emb, lstm, out])
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(8):
    for idx in torch.randperm(60).split(10):
        scores = out(lstm(emb(text[idx, :-1]))[0]).flatten(0, 1)
        logp = scores - torch.logsumexp(scores, 1, keepdim=True)
        loss = F.nll_loss(logp, text[idx, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
