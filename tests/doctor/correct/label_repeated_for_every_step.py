"""Each step is to tell the label of its sequence: the label is repeated over time."""

import torch
from torch import nn

torch.manual_seed(122)
strokes = torch.randn(60, 6, 2) + 1.5 * torch.randn(60, 1, 2)
digit = (strokes[..., 0].mean(1) > 0).long() + (strokes[..., 1].mean(1) > 0).long()
gru = nn.GRU(2, 12, batch_first=True)
fc = nn.Linear(12, 3)
opt = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.02)
ce = nn.CrossEntropyLoss()
for _ in range(5):
    for idx in torch.randperm(60).split(12):
        out, _ = gru(strokes[idx])
        scores = fc(out)
        loss = ce(scores.reshape(-1, 3), digit[idx].repeat_interleave(6))
        opt.zero_grad()
        loss.backward()
        opt.step()
