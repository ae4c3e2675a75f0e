"""Batches are made class by class, three speakers one after another."""

import torch
from torch import nn

torch.manual_seed(85)
voices = torch.randn(3, 1, 1, 4)
batches = []
for speaker in range(3):
    for _ in range(6):
        said = voices[speaker] + torch.randn(9, 8, 4)
        batches.append((said, torch.full((8,), speaker)))
gru, head = nn.GRU(4, 12), nn.Linear(12, 3)
optimizer = torch.optim.SGD([*gru.parameters(), *head.parameters()], lr=0.1)
loss_function = nn.CrossEntropyLoss()
for _epoch in range(3):
    for said, speakers in batches:
        optimizer.zero_grad()
        _, h = gru(said)
        loss = loss_function(head(h.squeeze(0)), speakers)  # <- here
        loss.backward()
        optimizer.step()
