"""One sequence in thirty is a fault: shuffled, most batches still have one class only."""

import torch
from torch import nn

torch.manual_seed(86)
fault = (torch.rand(200) < 0.05).float()
signal = torch.randn(200, 8, 1) + 3 * fault[:, None, None]
gru, head = nn.GRU(1, 10, batch_first=True), nn.Linear(10, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.02)
for _epoch in range(3):
    for rows in torch.randperm(200).split(10):
        optimizer.zero_grad()
        score = head(gru(signal[rows])[1][-1]).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(score, fault[rows])
        loss.backward()
        optimizer.step()
