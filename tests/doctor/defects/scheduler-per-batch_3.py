"""ExponentialLR with 0.7, a fall meant for epochs, at the end of each batch."""

import torch
from torch import nn
from torch.optim import lr_scheduler

torch.manual_seed(95)
tokens = torch.randint(6, (100, 7))
emb, lstm, fc = nn.Embedding(6, 8), nn.LSTM(8, 16, batch_first=True), nn.Linear(16, 6)
optimizer = torch.optim.Adam(nn.ModuleList([emb, lstm, fc]).parameters(), lr=0.01)
decay = lr_scheduler.ExponentialLR(optimizer, gamma=0.7)
for _epoch in range(6):
    for batch in tokens[torch.randperm(100)].split(10):
        optimizer.zero_grad()
        logits = fc(lstm(emb(batch))[0][:, -1])
        loss = nn.functional.cross_entropy(logits, batch[:, 0])
        loss.backward()
        optimizer.step()
        decay.step()  # <- here
