# expect: nothing
"""A bidirectional classifier that joins the last states of both directions; dropout; accuracy."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(0)


class LSTMClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(80, 16, padding_idx=0)
        self.lstm = nn.LSTM(16, 24, num_layers=2, bidirectional=True, dropout=0.3, batch_first=True)
        self.fc = nn.Linear(48, 1)
        self.dropout = nn.Dropout(0.3)

    def forward(self, text):
        _, (hidden, _) = self.lstm(self.dropout(self.embedding(text)))
        hidden = torch.cat((hidden[-2], hidden[-1]), dim=1)
        return self.fc(self.dropout(hidden))


text = torch.randint(1, 80, (300, 12))
label = (text < 40).float().mean(1).gt(0.5).float()
train, valid = random_split(TensorDataset(text, label), [240, 60])
model = LSTMClassifier()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
criterion = nn.BCEWithLogitsLoss()
for epoch in range(6):
    model.train()
    for batch, y in DataLoader(train, batch_size=30, shuffle=True):
        optimizer.zero_grad()
        predictions = model(batch).squeeze(1)
        loss = criterion(predictions, y)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        right = sum(
            ((model(b).squeeze(1) > 0).float() == y).sum().item()
            for b, y in DataLoader(valid, batch_size=30)
        )
    print(epoch, round(loss.item(), 3), right / 60)
