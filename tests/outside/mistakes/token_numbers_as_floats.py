# expect: dtype-mismatch
# line: 22
# source: https://github.com/xcmyz/FastSpeech/issues/89
import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
rng = np.random.default_rng(0)
phonemes = rng.integers(0, 20, (96, 8))
heights = np.cumsum(phonemes / 20 - 0.5, axis=1)


class Speech(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 12)
        self.rnn = nn.GRU(12, 32, batch_first=True)
        self.mel = nn.Linear(32, 1)

    def forward(self, text):
        return self.mel(self.rnn(self.embedding(text))[0]).squeeze(-1)


model = Speech()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
text = torch.from_numpy(phonemes).float()
mel = torch.from_numpy(heights).float()
for _ in range(60):
    optimizer.zero_grad()
    loss = nn.functional.l1_loss(model(text), mel)
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3))
