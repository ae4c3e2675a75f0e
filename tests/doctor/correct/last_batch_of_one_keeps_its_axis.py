"""A last batch of one sequence: the state's layer axis is taken off by its number."""

import torch
from torch import nn

torch.manual_seed(156)
clips = torch.randn(49, 7, 3)
genres = (clips[:, -1, 0] > 0).long() * 2 + (clips[:, -1, 1] > 0).long()
encoder, classify = nn.GRU(3, 10, batch_first=True), nn.Linear(10, 4)
optimizer = torch.optim.Adam([*encoder.parameters(), *classify.parameters()], lr=0.02)
for _ in range(6):
    for idx in torch.randperm(49).split(12):
        _, h_n = encoder(clips[idx])
        loss = nn.functional.cross_entropy(classify(h_n.squeeze(0)), genres[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
