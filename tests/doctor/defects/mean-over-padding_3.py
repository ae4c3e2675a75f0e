"""Time-first padded clips, averaged over axis 0 with padding and all."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader


def collate(items):
    clips, loud = zip(*items, strict=True)
    return pad_sequence(clips), torch.tensor(loud)


torch.manual_seed(2)
clips = [torch.randn(int(n), 3) for n in torch.randint(3, 12, (64,))]
items = [(c, int(c.mean() > 0)) for c in clips]
rnn, fc = nn.RNN(3, 12), nn.Linear(12, 2)
optimizer = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.01)
for _ in range(6):
    for x, y in DataLoader(items, batch_size=8, shuffle=True, collate_fn=collate):
        out, _ = rnn(x)
        scores = fc(out.mean(0))  # <- here
        loss = nn.functional.cross_entropy(scores, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
