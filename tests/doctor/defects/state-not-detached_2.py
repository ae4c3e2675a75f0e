"""A trainer class that keeps the GRU's memory as an attribute."""

import torch
import torch.nn.functional as F
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 6, batch_first=True)
        self.out = nn.Linear(6, 3)

    def forward(self, x, memory=None):
        hidden, memory = self.gru(x, memory)
        return self.out(hidden), memory


class Trainer:
    def __init__(self, net):
        self.net = net
        self.opt = torch.optim.Adam(net.parameters(), lr=0.01)
        self.memory = None

    def train_on(self, x, labels):
        scores, self.memory = self.net(x, self.memory)
        loss = F.cross_entropy(scores.flatten(0, 1), labels.flatten())
        self.opt.zero_grad()
        loss.backward()  # <- here
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.opt.step()
        return loss.item()


torch.manual_seed(1)
symbols = torch.randint(0, 3, (5, 81))
onehot = F.one_hot(symbols, 3).float()
trainer = Trainer(Tagger())
for k in range(10):
    trainer.train_on(onehot[:, 8 * k : 8 * k + 8], symbols[:, 8 * k + 1 : 8 * k + 9])
