"""Reviews padded in front: the last output of each is that of its last word."""

import torch
from torch import nn
from torch.utils.data import DataLoader


def collate(pairs):
    texts, labels = zip(*pairs, strict=True)
    longest = max(len(t) for t in texts)
    tokens = torch.zeros(len(texts), longest, dtype=torch.long)
    for row, t in zip(tokens, texts, strict=True):
        row[longest - len(t) :] = t
    return tokens, torch.stack(labels)


torch.manual_seed(119)
texts = [torch.randint(1, 15, (int(n),)) for n in torch.randint(3, 12, (64,))]
data = [(t, (t[-1] > 7).long()) for t in texts]
loader = DataLoader(data, batch_size=8, shuffle=True, collate_fn=collate)
embed, gru = nn.Embedding(15, 8, padding_idx=0), nn.GRU(8, 12, batch_first=True)
fc = nn.Linear(12, 2)
opt = torch.optim.Adam([*embed.parameters(), *gru.parameters(), *fc.parameters()], lr=0.02)
for _ in range(6):
    for tokens, label in loader:
        out, _ = gru(embed(tokens))
        last = out[:, -1]
        loss = nn.functional.cross_entropy(fc(last), label)
        opt.zero_grad()
        loss.backward()
        opt.step()
