"""Cross-validation: each fold has a model of its own, and so an optimizer of its own."""

import torch
from torch import nn

torch.manual_seed(132)
x = torch.randn(60, 6, 2)
y = x[..., :1].sum(1) / 2
for fold in torch.arange(60).chunk(3):
    rest = torch.tensor([i for i in range(60) if i not in set(fold.tolist())])
    rnn, head = nn.LSTM(2, 8, batch_first=True), nn.Linear(8, 1)
    optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.02)
    for _epoch in range(6):
        for rows in rest[torch.randperm(40)].split(10):
            optimizer.zero_grad()
            out, _ = rnn(x[rows])
            loss = nn.functional.mse_loss(head(out[:, -1]), y[rows])
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        held_out = nn.functional.mse_loss(head(rnn(x[fold])[0][:, -1]), y[fold]).item()
