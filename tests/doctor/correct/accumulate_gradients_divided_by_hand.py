"""Micro-batches with full losses; the gradients are divided by their number before the step."""

import torch
from torch import nn

torch.manual_seed(124)
emb, lstm, out = nn.Embedding(8, 8), nn.LSTM(8, 16, batch_first=True), nn.Linear(16, 8)
params = [*emb.parameters(), *lstm.parameters(), *out.parameters()]
opt = torch.optim.RMSprop(params, lr=0.01)
for _ in range(15):
    batch = (torch.randint(8, (24, 1)) + torch.arange(9)) % 8
    micros = batch.split(4)
    opt.zero_grad()
    for micro in micros:
        logits = out(lstm(emb(micro[:, :-1]))[0])
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), micro[:, 1:].flatten())
        loss.backward()
    for p in params:
        p.grad /= len(micros)
    opt.step()
