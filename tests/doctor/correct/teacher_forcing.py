"""An encoder and a decoder copy a sequence; the decoder is fed the true last symbol."""

import torch
from torch import nn

torch.manual_seed(40)
V, START = 4, 4


class Copier(nn.Module):
    def __init__(self, h=8):
        super().__init__()
        self.embed = nn.Embedding(V + 1, h)
        self.encoder = nn.GRU(h, h, batch_first=True)
        self.decoder = nn.GRU(h, h, batch_first=True)
        self.logits = nn.Linear(h, V)

    def forward(self, source, given):
        _, context = self.encoder(self.embed(source))
        decoded, _ = self.decoder(self.embed(given), context)
        return self.logits(decoded)


model = Copier()
opt = torch.optim.Adam(model.parameters(), lr=0.03)
for _epoch in range(2):
    for _ in range(10):
        source = torch.randint(2, (8, 1)).expand(8, 4) + torch.tensor([0, 1, 2, 1])
        start = torch.full((8, 1), START)
        given = torch.cat([start, source[:, :-1]], dim=1)
        logits = model(source, given)
        loss = nn.functional.cross_entropy(logits.transpose(1, 2), source)
        opt.zero_grad()
        loss.backward()
        opt.step()
