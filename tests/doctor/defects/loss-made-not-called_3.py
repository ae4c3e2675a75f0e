"""A binary loss, built with the logits and targets of the batch."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Trainer:
    def __init__(self):
        self.rnn = nn.RNN(2, 8, batch_first=True)
        self.top = nn.Linear(8, 1)
        self.opt = torch.optim.Adam([*self.rnn.parameters(), *self.top.parameters()], lr=0.01)

    def train_step(self, x, y):
        logits = self.top(self.rnn(x)[0][:, -1])
        loss = nn.BCEWithLogitsLoss(logits, y)  # <- here
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()


torch.manual_seed(2)
x = torch.randn(48, 7, 2)
y = (x[:, -1, :1] > x[:, -1, 1:]).float()
trainer = Trainer()
for _ in range(3):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True):
        trainer.train_step(xb, yb)
