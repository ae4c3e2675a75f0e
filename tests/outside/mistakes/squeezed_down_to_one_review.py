# expect: batch-axis-squeezed
# line: 32
# source: https://github.com/bentrevett/pytorch-sentiment-analysis/issues/17
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


class Sentiment(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 8)
        self.gru = nn.GRU(8, 16, batch_first=True)
        self.fc = nn.Linear(16, 1)

    def forward(self, text):
        _, last = self.gru(self.embedding(text))
        return self.fc(last.squeeze(0)).squeeze()


text = torch.randint(0, 30, (129, 7))
positive = (text > 14).float().mean(1).round()
loader = DataLoader(TensorDataset(text, positive), batch_size=32)
model = Sentiment()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(6):
    for batch, label in loader:
        optimizer.zero_grad()
        loss = criterion(model(batch), label)
        loss.backward()
        optimizer.step()
print(round(loss.item(), 3))
