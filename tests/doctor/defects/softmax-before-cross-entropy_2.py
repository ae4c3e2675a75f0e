"""A language model on an LSTM, flattened over time."""

import torch
from torch import nn


class CharModel(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.emb = nn.Embedding(n, 5)
        self.lstm = nn.LSTM(5, 8, batch_first=True)
        self.fc = nn.Linear(8, n)

    def forward(self, idx, hc=None):
        z, hc = self.lstm(self.emb(idx), hc)
        return self.fc(z), hc


class Trainer:
    def __init__(self, model):
        self.model, self.loss_fn = model, nn.CrossEntropyLoss()
        self.opt = torch.optim.SGD(model.parameters(), lr=0.5)

    def fit(self, rows):
        hc = None
        for i in range(0, rows.shape[1] - 10, 10):
            scores, hc = self.model(rows[:, i : i + 10], hc)
            hc = tuple(s.detach() for s in hc)
            goal = rows[:, i + 1 : i + 11].flatten()
            loss = self.loss_fn(scores.flatten(0, 1).softmax(-1), goal)  # <- here
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()


torch.manual_seed(1)
rows = torch.arange(363).remainder(5).view(3, 121)
trainer = Trainer(CharModel(5))
for _ in range(2):
    trainer.fit(rows)
