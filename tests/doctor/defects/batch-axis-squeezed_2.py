"""The state's layer axis is squeezed off, and with it the batch when one example is left."""

import torch
import torch.nn.functional as F
from torch import nn


class Genre(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(3, 10, batch_first=True)
        self.classify = nn.Linear(10, 4)

    def forward(self, clip):
        _, h_n = self.encoder(clip)
        return self.classify(h_n.squeeze())


torch.manual_seed(1)
clips = torch.randn(49, 9, 3)
genres = (clips[:, -1, 0] > 0).long() * 2 + (clips[:, -1, 1] > 0).long()
net = Genre()
optimizer = torch.optim.RMSprop(net.parameters(), lr=0.005)
for _ in range(2):
    for idx in torch.randperm(49).split(12):
        loss = F.cross_entropy(net(clips[idx]), genres[idx])
        optimizer.zero_grad()
        loss.backward()  # <- here
        optimizer.step()
