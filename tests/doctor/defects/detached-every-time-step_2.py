"""An LSTMCell in a model; both parts of its memory are cut at every step."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Recall(nn.Module):
    def __init__(self, symbols, size):
        super().__init__()
        self.size = size
        self.emb = nn.Embedding(symbols, 4)
        self.cell = nn.LSTMCell(4, size)
        self.out = nn.Linear(size, symbols)

    def forward(self, tokens):
        h = c = torch.zeros(len(tokens), self.size)
        scores = []
        for token in tokens.unbind(1):
            h, c = self.cell(self.emb(token), (h, c))
            scores.append(self.out(h))
            h, c = h.detach(), c.detach()  # <- here
        return torch.stack(scores, 1)


torch.manual_seed(1)
tokens = torch.randint(0, 4, (40, 7))
loader = DataLoader(TensorDataset(tokens, tokens.roll(2, 1)), batch_size=5, shuffle=True)
model = Recall(4, 8)
opt = torch.optim.Adam(model.parameters(), lr=0.02)
for _ in range(2):
    for x, y in loader:
        opt.zero_grad()
        logits = model(x)[:, 2:]
        loss = F.cross_entropy(logits.flatten(0, 1), y[:, 2:].flatten())
        loss.backward()
        opt.step()
