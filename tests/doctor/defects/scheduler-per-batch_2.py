"""Milestones are epochs, but a helper that runs for each batch steps the scheduler too."""

import torch
from torch import nn
from torch.optim.lr_scheduler import MultiStepLR


class Trainer:
    def __init__(self, model, optimizer):
        self.model, self.optimizer = model, optimizer
        self.scheduler = MultiStepLR(optimizer, milestones=[2, 4, 6, 8], gamma=0.1)

    def train_batch(self, x, y):
        self.optimizer.zero_grad()
        loss = nn.functional.mse_loss(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()  # <- here


class LastValue(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.fc = nn.LSTM(2, 12, batch_first=True), nn.Linear(12, 2)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


torch.manual_seed(93)
net = LastValue()
trainer = Trainer(net, torch.optim.RMSprop(net.parameters(), lr=0.01))
sequences = torch.randn(70, 9, 2)
for _epoch in range(9):
    for batch in sequences[torch.randperm(70)].split(10):
        trainer.train_batch(batch, batch[:, -1])
