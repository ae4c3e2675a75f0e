"""Labels come from NumPy as 32-bit integers and are made 64-bit ones where they meet the loss."""

import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(2)
torch.manual_seed(431)
features = rng.normal(size=(96, 7, 2)).astype(np.float32)
classes = (features[:, 0, 0] > 0).astype(np.int32)


class Trainer:
    def __init__(self):
        self.lstm = nn.LSTM(2, 6, batch_first=True)
        self.fc = nn.Linear(6, 2)
        self.optim = torch.optim.Adam([*self.lstm.parameters(), *self.fc.parameters()], 0.01)
        self.log_softmax = nn.LogSoftmax(dim=-1)

    def train(self, x, y):
        _, (h, _) = self.lstm(torch.from_numpy(x))
        log_probs = self.log_softmax(self.fc(h[0]))
        loss = nn.functional.nll_loss(log_probs, torch.from_numpy(y).long())
        self.optim.zero_grad()
        loss.backward()
        self.optim.step()


trainer = Trainer()
for i in range(0, 96, 6):
    trainer.train(features[i : i + 6], classes[i : i + 6])
