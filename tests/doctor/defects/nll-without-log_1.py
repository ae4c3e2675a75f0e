"""Probabilities, where NLLLoss wants their logarithms."""

import torch
from torch import nn


class Names(nn.Module):
    def __init__(self, letters, hidden, languages):
        super().__init__()
        self.rnn = nn.RNN(letters, hidden)
        self.h2o = nn.Linear(hidden, languages)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, name):
        _, hidden = self.rnn(name)
        return self.softmax(self.h2o(hidden[0]))


torch.manual_seed(0)
letters = torch.randint(0, 9, (7, 64))
onehot = nn.functional.one_hot(letters, 9).float()
language = letters[-1] % 3
model = Names(9, 16, 3)
criterion = nn.NLLLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        probs = model(onehot[:, idx])
        loss = criterion(probs, language[idx])  # <- here
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
