# expect: outputs-cannot-reach
# line: 28
# source: https://github.com/ProteomicsML/ProteomicsML/pull/203
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
peptides = torch.randint(0, 20, (256, 8))
retention = (peptides - 9.5).sum(1, keepdim=True) / 16


class Retention(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 10)
        self.lstm = nn.LSTM(10, 24, batch_first=True)
        self.head = nn.Sequential(nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 1), nn.ReLU())

    def forward(self, x):
        return self.head(self.lstm(self.embed(x))[0][:, -1])


model = Retention()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(15):
    for x, y in DataLoader(TensorDataset(peptides, retention), batch_size=32, shuffle=True):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(round(loss.item(), 3))
