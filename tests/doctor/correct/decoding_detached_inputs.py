"""Free-running decoder: the symbol chosen is fed back as data; the state keeps its graph."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(42)


class Decoder(nn.Module):
    def __init__(self, vocab=5, width=8):
        super().__init__()
        self.table = nn.Embedding(vocab, width)
        self.lstm = nn.LSTMCell(width, width)
        self.vocab = nn.Linear(width, vocab)

    def forward(self, first, length):
        h = c = torch.zeros(len(first), 8)
        token, scores = first, []
        for _ in range(length):
            h, c = self.lstm(self.table(token), (h, c))
            logits = self.vocab(h)
            scores.append(logits)
            token = logits.argmax(-1).detach()
        return torch.stack(scores, 2)  # (B, V, T): classes on axis 1


decoder = Decoder()
opt = torch.optim.Adam(decoder.parameters(), lr=0.05)
for _ in range(20):
    first = torch.randint(5, (8,))
    wanted = (first[:, None] + torch.arange(1, 7)) % 5
    opt.zero_grad()
    loss = F.cross_entropy(decoder(first, 6), wanted)
    loss.backward()
    opt.step()
