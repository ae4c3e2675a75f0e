"""One logit a message; the targets get their second axis before the loss."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(102)
messages = torch.randint(0, 30, (96, 7))
spam = (messages[:, -1] < 12).float()
loader = DataLoader(TensorDataset(messages, spam), batch_size=16, shuffle=True)
embedding, lstm, fc = nn.Embedding(30, 8), nn.LSTM(8, 12, batch_first=True), nn.Linear(12, 1)
model = nn.ModuleList([embedding, lstm, fc])
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
for _ in range(5):
    for tokens, labels in loader:
        optimizer.zero_grad()
        _, (h_n, _) = lstm(embedding(tokens))
        logits = fc(h_n[-1])
        loss = criterion(logits, labels.unsqueeze(1))
        loss.backward()
        optimizer.step()
