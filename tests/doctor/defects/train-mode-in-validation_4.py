"""eval() is called on the encoder; the head with its dropout stays in train mode."""

import torch
from torch import nn

torch.manual_seed(3)
x = torch.randn(100, 6, 2)
y = (x[:, -1].sum(1) > 0).long()
encoder = nn.GRU(2, 16, batch_first=True)
head = nn.Sequential(nn.Dropout(0.4), nn.Linear(16, 2))
opt = torch.optim.Adam([*encoder.parameters(), *head.parameters()], lr=0.01)
for _ in range(6):
    encoder.train()
    for idx in torch.randperm(80).split(10):
        loss = nn.functional.cross_entropy(head(encoder(x[idx])[0][:, -1]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    encoder.eval()
    with torch.no_grad():
        states, _ = encoder(x[80:])
        scores = head(states[:, -1])  # <- here
        valid_loss = nn.functional.cross_entropy(scores, y[80:]).item()
