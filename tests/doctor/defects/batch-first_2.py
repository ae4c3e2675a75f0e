"""Is the sum of a sequence positive? The answer is read at the last time step."""

import torch
import torch.nn.functional as F
from torch import nn


class SumSign(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.gru = nn.GRU(input_size=1, hidden_size=hidden)
        self.linear = nn.Linear(hidden, 2)

    def forward(self, x):
        # x is (batch, time, 1)
        out, _ = self.gru(x)  # <- here
        return self.linear(out[:, -1])


torch.manual_seed(1)
sequences = torch.randn(64, 9, 1)
labels = (sequences.sum((1, 2)) > 0).long()
model = SumSign(8)
opt = torch.optim.Adam(model.parameters(), lr=0.02)
for _ in range(2):
    for idx in torch.randperm(64).split(8):
        logits = model(sequences[idx])
        loss = F.cross_entropy(logits, labels[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
