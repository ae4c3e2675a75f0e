"""A critic sees a batch of true waves, then one of false ones, by turns, a backward for each."""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

torch.manual_seed(90)
rnn, score = nn.GRU(1, 9, batch_first=True), nn.Linear(9, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *score.parameters()], lr=0.005)
for _ in range(200):
    optimizer.zero_grad()
    for is_true in (1.0, 0.0):
        waves = torch.sin(torch.rand(8, 1) * 6 + torch.arange(9)).unsqueeze(2)
        waves = waves if is_true else waves + torch.randn(8, 9, 1) / 2
        loss = bce(score(rnn(waves)[1][0]), torch.full((8, 1), is_true)) / 2
        loss.backward()
    optimizer.step()
