"""Rows are drawn by a random permutation; the LSTM's state goes on."""

import torch
import torch.nn.functional as F
from torch import nn


class Predictor(nn.Module):
    def __init__(self, n, size):
        super().__init__()
        self.embed = nn.Embedding(n, 4)
        self.lstm = nn.LSTM(4, size, batch_first=True)
        self.decode = nn.Linear(size, n)

    def forward(self, tokens, memory):
        y, memory = self.lstm(self.embed(tokens), memory)
        return self.decode(y), memory


class Trainer:
    def __init__(self, model):
        self.model = model
        self.opt = torch.optim.Adam(model.parameters(), lr=0.01)

    def epoch(self, rows):
        memory = None
        for pick in torch.randperm(len(rows)).split(5):
            batch = rows[pick]
            logits, memory = self.model(batch[:, :-1], memory)  # <- here
            memory = tuple(part.detach() for part in memory)
            loss = F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()


torch.manual_seed(1)
text = "the cat sat on the mat and the rat ate the hat " * 9
letters = sorted(set(text))
streams = torch.tensor([letters.index(c) for c in text])[:400].view(5, 8, 10)
rows = streams.transpose(0, 1).reshape(40, 10)
trainer = Trainer(Predictor(len(letters), 8))
for _ in range(3):
    trainer.epoch(rows)
