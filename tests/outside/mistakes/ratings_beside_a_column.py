# expect: loss-broadcast
# line: 33
# source: https://github.com/aiboxlab/nlp/issues/97
import warnings

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

warnings.filterwarnings("ignore")
torch.manual_seed(0)


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(50, 12)
        self.lstm = nn.LSTM(12, 24, batch_first=True)
        self.out = nn.Linear(24, 1)

    def forward(self, essay):
        states, _ = self.lstm(self.emb(essay))
        return self.out(states.mean(1))


essays = torch.randint(0, 50, (256, 14))
grades = (essays.float().mean(1) - 24.5) / 4
model, criterion = Regressor(), nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(12):
    for essay, grade in DataLoader(TensorDataset(essays, grades), batch_size=32, shuffle=True):
        optimizer.zero_grad()
        loss = criterion(model(essay), grade)
        loss.backward()
        optimizer.step()
with torch.no_grad():
    print(round((model(essays)[:, 0] - grades).pow(2).mean().item(), 3))
