"""Meta-learning as Reptile does it: each task trains a copy, and the copy has its optimizer."""

import copy

import torch
from torch import nn

torch.manual_seed(138)
model = nn.ModuleList([nn.GRU(1, 10), nn.Linear(10, 1)])
for _task in range(12):
    shift = torch.rand(1) + 0.5
    learner = copy.deepcopy(model)
    optimizer = torch.optim.Adam(learner.parameters(), lr=0.02)
    for _ in range(6):
        x = torch.randn(6, 8, 1)
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(learner[1](learner[0](x)[0]), x + shift)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        for slow, fast in zip(model.parameters(), learner.parameters(), strict=True):
            slow += 0.3 * (fast - slow)
