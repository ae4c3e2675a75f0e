"""Prices of tens of thousands: the RNN gets their changes in percent."""

import torch
from torch import nn

torch.manual_seed(158)
price = 41000 + (torch.randn(110, 13) * 400).cumsum(1)
change = 100 * price.diff(dim=1) / price[:, :-1]
up = (price[:, -1] > price[:, 0]).float()
rnn, fc = nn.RNN(1, 16, batch_first=True), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.01)
for _epoch in range(5):
    for i in torch.randperm(110).split(11):
        optimizer.zero_grad()
        score = fc(rnn(change[i].unsqueeze(2))[0][:, -1]).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(score, up[i])
        loss.backward()
        optimizer.step()
