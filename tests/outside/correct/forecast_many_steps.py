# expect: nothing
"""Seven days at once from thirty: the head has one output a day ahead."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
t = torch.arange(700.0)
load = torch.sin(t / 3.5) + 0.5 * torch.sin(t / 24) + torch.randn(700) / 20
parts = load.unfold(0, 37, 1)
train = TensorDataset(parts[:500, :30].unsqueeze(-1), parts[:500, 30:])


class MultiStep(nn.Module):
    def __init__(self, horizon):
        super().__init__()
        self.gru = nn.GRU(1, 32, 2, batch_first=True, dropout=0.1)
        self.head = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, horizon))

    def forward(self, x):
        _, h = self.gru(x)
        return self.head(h[-1])


model = MultiStep(7)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.004, weight_decay=0.01)
for epoch in range(6):
    running = 0.0
    for x, y in DataLoader(train, batch_size=32, shuffle=True):
        optimizer.zero_grad()
        loss = nn.functional.huber_loss(model(x), y)
        loss.backward()
        optimizer.step()
        running += loss.item() * len(x)
    print(epoch, round(running / len(train), 4))
