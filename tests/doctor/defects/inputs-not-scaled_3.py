"""Prices of some tens of thousands go raw into a plain RNN that is to tell up from down."""

import torch
from torch import nn

torch.manual_seed(155)
moves = torch.randn(110, 12) * 400
price = 41000 + moves.cumsum(1)
up = (moves.sum(1) > 0).float()
rnn, fc = nn.RNN(1, 16, batch_first=True), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.005)
for _epoch in range(5):
    for i in torch.randperm(110).split(11):
        optimizer.zero_grad()
        hidden, _ = rnn(price[i].unsqueeze(2))  # <- here
        score = fc(hidden[:, -1]).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(score, up[i])
        loss.backward()
        optimizer.step()
