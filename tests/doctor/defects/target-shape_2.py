"""A label for each sequence, scores for each step: the last step was not taken."""

import torch
from torch import nn

torch.manual_seed(1)
strokes = torch.randn(60, 10, 2)
digit = (strokes[:, -1, 0] > 0).long() + (strokes[:, -1, 1] > 0).long()
gru = nn.GRU(2, 12, batch_first=True)
fc = nn.Linear(12, 3)
opt = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.01)
ce = nn.CrossEntropyLoss()
for _ in range(3):
    for idx in torch.randperm(60).split(12):
        out, _ = gru(strokes[idx])
        scores = fc(out)
        loss = ce(scores.reshape(-1, 3), digit[idx])  # <- here
        opt.zero_grad()
        loss.backward()
        opt.step()
