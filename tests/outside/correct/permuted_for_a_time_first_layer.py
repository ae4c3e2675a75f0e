# expect: nothing
"""Rows of images from a loader, put time first by permute before the layer."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
images = torch.rand(300, 1, 10, 8)
labels = images[:, 0, :, :4].mean((1, 2)).gt(images[:, 0, :, 4:].mean((1, 2))).long()


class RowLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 32)
        self.fc = nn.Linear(32, 2)

    def forward(self, x):
        x = x.squeeze(1).permute(1, 0, 2)
        _, (h, _) = self.lstm(x)
        return self.fc(h[-1])


model = RowLSTM()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()
train_loader = DataLoader(TensorDataset(images, labels), batch_size=30, shuffle=True)
for epoch in range(8):
    for inputs, target in train_loader:
        outputs = model(inputs)
        loss = criterion(outputs, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, round(loss.item(), 3))
