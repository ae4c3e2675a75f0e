"""One of the clips is empty, so a length is 0."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence


class ClipNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 8, batch_first=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, clips, n_frames):
        packed = pack_padded_sequence(clips, n_frames, True, enforce_sorted=False)  # <- here
        _, h = self.rnn(packed)
        return self.fc(h[-1])


torch.manual_seed(1)
n_frames = torch.randint(3, 10, (50,))
n_frames[17] = 0
clips = torch.randn(50, 10, 3)
clips[torch.arange(10) >= n_frames[:, None]] = 0
labels = (clips[:, 0, 0] > 0).long()
net = ClipNet()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(2):
    for idx in torch.randperm(50).split(10):
        loss = nn.functional.cross_entropy(net(clips[idx], n_frames[idx]), labels[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
