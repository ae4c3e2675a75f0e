"""Accumulation over three batches in a Trainer; the last group of an epoch is smaller."""

import torch
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(11)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(1, 8, batch_first=True)
        self.cls = torch.nn.Linear(8, 2)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.cls(out.mean(1))


class Trainer:
    def __init__(self, model, every=3):
        self.model = model
        self.every = every
        self.opt = torch.optim.Adam(model.parameters(), lr=0.05)
        self.loss_fn = torch.nn.CrossEntropyLoss(reduction="sum")

    def fit(self, loader, epochs):
        for _ in range(epochs):
            self.run_epoch(loader)

    def run_epoch(self, loader):
        seen = 0
        for i, (x, y) in enumerate(loader):
            self.loss_fn(self.model(x), y).backward()
            seen += len(y)
            if (i + 1) % self.every == 0 or i + 1 == len(loader):
                for p in self.model.parameters():
                    p.grad /= seen
                self.opt.step()
                self.opt.zero_grad()
                seen = 0


x = torch.randn(80, 7, 1)
y = (x.mean((1, 2)) > 0).long()
Trainer(Net()).fit(DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True), epochs=3)
