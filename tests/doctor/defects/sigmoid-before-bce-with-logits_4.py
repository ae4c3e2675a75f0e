"""Several labels a sequence, squashed by F.sigmoid and again by the loss."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(3)
x = torch.randn(80, 6, 3)
labels = (x[:, -2:].mean(1) > 0).float()
rnn, fc = nn.RNN(3, 16, batch_first=True), nn.Linear(16, 3)
opt = torch.optim.RMSprop([*rnn.parameters(), *fc.parameters()], lr=0.005)
for _ in range(6):
    for idx in torch.randperm(80).split(10):
        outputs = F.sigmoid(fc(rnn(x[idx])[0][:, -1]))
        loss = nn.BCEWithLogitsLoss()(outputs, labels[idx])  # <- here
        opt.zero_grad()
        loss.backward()
        opt.step()
