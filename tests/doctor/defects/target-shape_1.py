"""Spam or not: one logit a message, and targets that lost their second axis."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class SpamNet(nn.Module):
    def __init__(self, vocab=30, dim=8, hidden=12):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.lstm = nn.LSTM(dim, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, tokens):
        _, (h_n, _) = self.lstm(self.embedding(tokens))
        return self.fc(h_n[-1])


torch.manual_seed(0)
messages = torch.randint(0, 30, (64, 9))
spam = (messages[:, -1] < 10).float()
loader = DataLoader(TensorDataset(messages, spam), batch_size=16, shuffle=True)
model = SpamNet()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(3):
    for tokens, labels in loader:
        optimizer.zero_grad()
        logits = model(tokens)
        loss = criterion(logits, labels)  # <- here
        loss.backward()
        optimizer.step()
