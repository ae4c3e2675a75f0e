"""Empty clips are left out of the data before anything is packed."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

torch.manual_seed(127)
n_frames = torch.randint(0, 8, (56,))
clips = torch.randn(56, 8, 3)
clips[torch.arange(8) >= n_frames[:, None]] = 0
clips, n_frames = clips[n_frames > 0], n_frames[n_frames > 0]
labels = (clips.sum((1, 2)) > 0).long()
rnn, fc = nn.GRU(3, 12, batch_first=True), nn.Linear(12, 2)
optimizer = torch.optim.Adam([*rnn.parameters(), *fc.parameters()], lr=0.02)
for _ in range(6):
    for idx in torch.randperm(len(clips)).split(10):
        packed = pack_padded_sequence(
            clips[idx], n_frames[idx], batch_first=True, enforce_sorted=False
        )
        _, h = rnn(packed)
        loss = nn.functional.cross_entropy(fc(h[-1]), labels[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
