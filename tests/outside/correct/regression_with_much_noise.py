# expect: nothing
"""Most of the target is noise, so the loss falls a little and then stays; that is right."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(600, 10, 3)
y = 0.5 * x[:, -3:, 0].sum(1, keepdim=True) + torch.randn(600, 1)


class Noisy(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 8, batch_first=True)
        self.fc = nn.Linear(8, 1)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


model = Noisy()
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
for epoch in range(12):
    losses = []
    for a, b in DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True):
        loss = nn.functional.mse_loss(model(a), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(epoch, round(sum(losses) / len(losses), 3))
