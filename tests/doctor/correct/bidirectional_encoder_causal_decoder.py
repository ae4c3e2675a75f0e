"""The encoder reads from both ends, the decoder that foretells reads forward only."""

import torch
from torch import nn

torch.manual_seed(38)
emb, encoder = nn.Embedding(7, 8), nn.GRU(8, 10, batch_first=True, bidirectional=True)
decoder, out = nn.GRU(8, 20, batch_first=True), nn.Linear(20, 6)
optimizer = torch.optim.Adam(nn.ModuleList([emb, encoder, decoder, out]).parameters(), lr=0.01)
for _ in range(50):
    source = torch.randint(6, (16, 5))
    target = source.flip(1)
    _, h = encoder(emb(source))
    start = torch.cat([h[0], h[1]], dim=1).unsqueeze(0)
    shifted = torch.cat([torch.full((16, 1), 6), target[:, :-1]], dim=1)
    hidden, _ = decoder(emb(shifted), start)
    loss = nn.functional.cross_entropy(out(hidden).transpose(1, 2), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
