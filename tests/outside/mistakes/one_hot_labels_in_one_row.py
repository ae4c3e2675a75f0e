# expect: target-shape
# line: 30
# source: https://github.com/deepset-ai/FARM/issues/100
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
signals = torch.randn(160, 15, 2)
kind = (signals.mean(1) > 0).long() @ torch.tensor([2, 1])
one_hot = nn.functional.one_hot(kind, 4)


class Kinds(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 24, batch_first=True)
        self.head = nn.Linear(24, 4)

    def forward(self, x):
        return self.head(self.gru(x)[1][-1])


model = Kinds()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for _epoch in range(10):
    for x, labels in DataLoader(TensorDataset(signals, one_hot), batch_size=8, shuffle=True):
        logits = model(x)
        loss = criterion(logits, labels.view(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(round(loss.item(), 3))
