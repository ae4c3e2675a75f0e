"""Next token of a small text: the targets are the tokens one place on."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(22)
text = "peter piper picked a peck of pickled peppers " * 30
vocab = sorted(set(text))
data = torch.tensor([vocab.index(ch) for ch in text])
block = 16
embed, lstm = nn.Embedding(len(vocab), 12), nn.LSTM(12, 24, batch_first=True)
to_vocab = nn.Linear(24, len(vocab))
params = [*embed.parameters(), *lstm.parameters(), *to_vocab.parameters()]
optimizer = torch.optim.Adam(params, lr=0.01)
for _step in range(50):
    starts = torch.randint(len(data) - block - 1, (8,)).tolist()
    inputs = torch.stack([data[s : s + block] for s in starts])
    targets = torch.stack([data[s + 1 : s + block + 1] for s in starts])
    optimizer.zero_grad()
    out, _ = lstm(embed(inputs))
    loss = F.cross_entropy(to_vocab(out).flatten(0, 1), targets.flatten())
    loss.backward()
    optimizer.step()
