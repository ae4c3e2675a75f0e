"""Labels turned into one-hot rows and fitted by squared error of probabilities: Brier's score."""

import torch
from torch import nn

torch.manual_seed(204)
labels = torch.randint(4, (100,))
x = torch.randn(100, 7, 4) * 0.5 + nn.functional.one_hot(labels, 4)[:, None]
gru, fc = nn.GRU(4, 16, batch_first=True), nn.Linear(16, 4)
optimizer = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.01)
for _epoch in range(5):
    for rows in torch.randperm(100).split(10):
        optimizer.zero_grad()
        probabilities = fc(gru(x[rows])[1][-1]).softmax(-1)
        label = nn.functional.one_hot(labels[rows], 4).float()
        loss = nn.functional.mse_loss(probabilities, label)
        loss.backward()
        optimizer.step()
