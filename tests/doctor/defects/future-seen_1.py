"""A language model of letters; somebody has heard that two directions are better than one."""

import torch
import torch.nn.functional as F
from torch import nn


class LetterModel(nn.Module):
    def __init__(self, n_letters):
        super().__init__()
        self.emb = nn.Embedding(n_letters, 12)
        self.gru = nn.GRU(12, 16, batch_first=True, bidirectional=True)
        self.out = nn.Linear(32, n_letters)

    def forward(self, ids):
        hidden, _ = self.gru(self.emb(ids))  # <- here
        return self.out(hidden)


torch.manual_seed(31)
letters = torch.randint(7, (400,)).cumsum(0) % 7
sequences = letters.unfold(0, 13, 4)
model = LetterModel(7)
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(5):
    for batch in sequences[torch.randperm(len(sequences))].split(10):
        logits = model(batch[:, :-1])
        loss = F.cross_entropy(logits.transpose(1, 2), batch[:, 1:])
        opt.zero_grad()
        loss.backward()
        opt.step()
