"""Outputs after a tanh are set to zero beyond the end of each sequence, in place."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(2)
series = [torch.randn(int(n), 2) for n in torch.randint(3, 9, (48,))]
goal = torch.stack([s.sum() / 4 for s in series])
gru, mix, head = nn.GRU(2, 10, batch_first=True), nn.Linear(10, 10), nn.Linear(10, 1)
net = nn.ModuleList([gru, mix, head])
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(3):
    for idx in torch.randperm(48).split(8):
        batch = [series[i] for i in idx.tolist()]
        lengths = torch.tensor([len(s) for s in batch])
        out, _ = gru(pad_sequence(batch, batch_first=True))
        feats = torch.tanh(mix(out))
        feats[torch.arange(out.size(1)) >= lengths[:, None]] = 0.0  # <- here
        pred = head(feats.sum(1) / lengths[:, None]).squeeze(1)
        loss = nn.functional.mse_loss(pred, goal[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
