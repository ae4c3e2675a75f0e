"""Micro-batches of a token batch: backward in an inner loop, one step, full losses."""

import torch
from torch import nn

torch.manual_seed(123)
emb, lstm, out = nn.Embedding(8, 8), nn.LSTM(8, 16, batch_first=True), nn.Linear(16, 8)
params = [*emb.parameters(), *lstm.parameters(), *out.parameters()]
opt = torch.optim.SGD(params, lr=0.05)
for _ in range(15):
    batch = (torch.randint(8, (24, 1)) + torch.arange(9)) % 8
    opt.zero_grad()
    for micro in batch.split(4):
        logits = out(lstm(emb(micro[:, :-1]))[0])
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), micro[:, 1:].flatten())
        loss.backward()  # <- here
    opt.step()
