"""The last output of each padded review, though most of them ended before."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader


def collate(pairs):
    texts, labels = zip(*pairs, strict=True)
    return pad_sequence(texts, batch_first=True), torch.stack(labels)


torch.manual_seed(0)
texts = [torch.randint(1, 15, (int(n),)) for n in torch.randint(3, 12, (64,))]
data = [(t, (t[-1] > 7).long()) for t in texts]
loader = DataLoader(data, batch_size=8, shuffle=True, collate_fn=collate)
embed, gru = nn.Embedding(15, 8, padding_idx=0), nn.GRU(8, 12, batch_first=True)
fc = nn.Linear(12, 2)
opt = torch.optim.Adam([*embed.parameters(), *gru.parameters(), *fc.parameters()], lr=0.01)
for _ in range(6):
    for tokens, label in loader:
        out, _ = gru(embed(tokens))
        last = out[:, -1]  # <- here
        loss = nn.functional.cross_entropy(fc(last), label)
        opt.zero_grad()
        loss.backward()
        opt.step()
