"""Categories of short messages, 0 to 3, are the targets of MSELoss."""

import torch
from torch import nn


class Sorter(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(20, 8)
        self.lstm = nn.LSTM(8, 16, batch_first=True)
        self.fc = nn.Linear(16, 1)

    def forward(self, tokens):
        _, (h, _) = self.lstm(self.emb(tokens))
        return self.fc(h[-1]).squeeze(-1)


torch.manual_seed(203)
tokens = torch.randint(20, (100, 6))
category = torch.bincount(tokens.flatten(), minlength=20)[tokens[:, 0]] % 4
model = Sorter()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(5):
    for rows in torch.randperm(100).split(10):
        optimizer.zero_grad()
        loss = criterion(model(tokens[rows]), category[rows].float())  # <- here
        loss.backward()
        optimizer.step()
