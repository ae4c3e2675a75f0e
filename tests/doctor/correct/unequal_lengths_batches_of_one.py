"""Songs of different lengths from a DataLoader, one song a batch: nothing to pad."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Songs(Dataset):
    def __init__(self, n=60):
        self.items = [torch.randint(0, 12, (4 + k % 5,)) for k in range(n)]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, k):
        notes = self.items[k]
        return notes, (notes[-1] >= 6).long()


torch.manual_seed(109)
embed, gru, out = nn.Embedding(12, 6), nn.GRU(6, 12, batch_first=True), nn.Linear(12, 2)
net = nn.ModuleList([embed, gru, out])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
loader = DataLoader(Songs(), batch_size=1, shuffle=True)
for _ in range(2):
    for notes, high in loader:
        _, h = gru(embed(notes))
        loss = nn.functional.cross_entropy(out(h[-1]), high)
        opt.zero_grad()
        loss.backward()
        opt.step()
