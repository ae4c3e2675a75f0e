"""squeeze(-1) leaves the batch axis alone, also in a last batch of one example."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(103)
beats = torch.randn(33, 10, 1).cumsum(1) / 4
irregular = (beats[:, -1, 0] > 0).float()
loader = DataLoader(TensorDataset(beats, irregular), batch_size=8, shuffle=True)
rnn = nn.RNN(1, 12, batch_first=True)
classifier = nn.Linear(12, 1)
opt = torch.optim.Adam([*rnn.parameters(), *classifier.parameters()], lr=0.02)
bce = nn.BCEWithLogitsLoss()
for _ in range(5):
    for x, y in loader:
        out, _ = rnn(x)
        logits = classifier(out[:, -1]).squeeze(-1)
        loss = bce(logits, y)
        opt.zero_grad()
        loss.backward()
        opt.step()
