"""squeeze() without a number, where the loader drops a last batch that is too small."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(123)
clips = torch.randn(49, 7, 3)
genres = (clips[:, -1, 0] > 0).long() * 2 + (clips[:, -1, 1] > 0).long()
loader = DataLoader(TensorDataset(clips, genres), batch_size=12, shuffle=True, drop_last=True)
encoder, classify = nn.GRU(3, 10, batch_first=True), nn.Linear(10, 4)
optimizer = torch.optim.RMSprop([*encoder.parameters(), *classify.parameters()], lr=0.01)
for _ in range(6):
    for clip, genre in loader:
        _, h_n = encoder(clip)
        loss = F.cross_entropy(classify(h_n.squeeze()), genre)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
