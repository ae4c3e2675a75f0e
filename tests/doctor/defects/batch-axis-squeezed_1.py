"""Thirty-three heartbeats in batches of eight: the last batch has a single one."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
beats = torch.randn(33, 14, 1).cumsum(1) / 4
irregular = (beats[:, -1, 0] > 0).float()
loader = DataLoader(TensorDataset(beats, irregular), batch_size=8, shuffle=True)
rnn = nn.RNN(1, 12, batch_first=True)
classifier = nn.Linear(12, 1)
opt = torch.optim.Adam([*rnn.parameters(), *classifier.parameters()], lr=0.01)
bce = nn.BCEWithLogitsLoss()
for _ in range(4):
    for x, y in loader:
        out, _ = rnn(x)
        logits = classifier(out[:, -1]).squeeze()
        loss = bce(logits, y)  # <- here
        opt.zero_grad()
        loss.backward()
        opt.step()
