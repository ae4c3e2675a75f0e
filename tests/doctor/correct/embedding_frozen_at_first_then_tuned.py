"""Word vectors are frozen in the first epochs and tuned in the later ones, with a new group."""

import torch
from torch import nn

torch.manual_seed(58)
emb = nn.Embedding.from_pretrained(torch.randn(20, 6))
gru, fc = nn.GRU(6, 12, batch_first=True), nn.Linear(12, 2)
optimizer = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.01)
tokens = torch.randint(20, (96, 5))
y = (tokens[:, -1] < 10).long()
for epoch in range(5):
    if epoch == 2:
        emb.weight.requires_grad_(True)
        optimizer.add_param_group({"params": emb.parameters(), "lr": 0.005})
    for rows in torch.randperm(96).split(8):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(fc(gru(emb(tokens[rows]))[1][0]), y[rows])
        loss.backward()
        optimizer.step()
