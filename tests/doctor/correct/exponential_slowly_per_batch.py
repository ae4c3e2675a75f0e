"""ExponentialLR stepped with each batch, with a gamma so near to 1 that the rate lasts."""

import torch
from torch import nn
from torch.optim import lr_scheduler

torch.manual_seed(96)
tokens = torch.randint(6, (100, 7))
emb, lstm, fc = nn.Embedding(6, 8), nn.LSTM(8, 16, batch_first=True), nn.Linear(16, 6)
optimizer = torch.optim.Adam(nn.ModuleList([emb, lstm, fc]).parameters(), lr=0.02)
decay = lr_scheduler.ExponentialLR(optimizer, gamma=0.98)
for _epoch in range(6):
    for batch in tokens[torch.randperm(100)].split(10):
        optimizer.zero_grad()
        logits = fc(lstm(emb(batch))[0][:, -1])
        loss = nn.functional.cross_entropy(logits, batch[:, -1])
        loss.backward()
        optimizer.step()
        decay.step()
