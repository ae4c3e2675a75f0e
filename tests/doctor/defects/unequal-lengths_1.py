"""Songs of different lengths from a DataLoader with its usual collate."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Songs(Dataset):
    def __init__(self, n=40):
        self.items = [torch.randint(0, 12, (6 + k % 7,)) for k in range(n)]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, k):
        notes = self.items[k]
        return notes, (notes[-1] >= 6).long()


torch.manual_seed(0)
embed, gru, out = nn.Embedding(12, 6), nn.GRU(6, 12, batch_first=True), nn.Linear(12, 2)
net = nn.ModuleList([embed, gru, out])
opt = torch.optim.Adam(net.parameters(), lr=0.01)
loader = DataLoader(Songs(), batch_size=8, shuffle=True)
for _ in range(3):
    for notes, high in loader:  # <- here
        _, h = gru(embed(notes))
        loss = nn.functional.cross_entropy(out(h[-1]), high)
        opt.zero_grad()
        loss.backward()
        opt.step()
