"""Next token of a small text; the slice of the targets starts where that of the inputs does."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(21)
text = "the rain in spain stays mainly in the plain " * 30
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
    targets = torch.stack([data[s : s + block] for s in starts])  # <- here
    optimizer.zero_grad()
    out, _ = lstm(embed(inputs))
    loss = F.cross_entropy(to_vocab(out).flatten(0, 1), targets.flatten())
    loss.backward()
    optimizer.step()
