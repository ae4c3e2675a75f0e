# expect: nothing
"""A batch sampler of one's own: like lengths together; the last true step is gathered."""

import random

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Sampler

random.seed(0)
torch.manual_seed(0)


class Buckets(Sampler):
    def __init__(self, sizes, batch_size):
        self.sizes, self.batch_size = sizes, batch_size

    def __iter__(self):
        order = sorted(range(len(self.sizes)), key=lambda k: (self.sizes[k], random.random()))
        batches = [order[k : k + self.batch_size] for k in range(0, len(order), self.batch_size)]
        random.shuffle(batches)
        yield from batches

    def __len__(self):
        return -(-len(self.sizes) // self.batch_size)


def collate(pairs):
    series, sums = zip(*pairs, strict=True)
    return pad_sequence(series, batch_first=True), torch.tensor([len(s) for s in series]), sums


series = [torch.randn(random.randint(3, 15), 1) for _ in range(240)]
data = [(s, (s.sum() / 3).item()) for s in series]
sampler = Buckets([len(s) for s in series], 16)
loader = DataLoader(data, batch_sampler=sampler, collate_fn=collate)
gru, head = nn.GRU(1, 24, batch_first=True), nn.Linear(24, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)
for epoch in range(8):
    for x, lengths, sums in loader:
        out, _ = gru(x)
        last = out[torch.arange(len(x)), lengths - 1]
        loss = nn.functional.mse_loss(head(last).squeeze(1), torch.tensor(sums))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, round(loss.item(), 4))
