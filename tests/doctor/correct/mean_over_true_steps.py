"""Mean pooling of a padded batch: a masked sum over the number of true steps."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(118)
reviews = [torch.randint(1, 25, (int(n),)) for n in torch.randint(3, 14, (64,))]
positive = torch.stack([(r < 13).float().mean() > 0.5 for r in reviews]).float()
embedding = nn.Embedding(25, 8, padding_idx=0)
lstm = nn.LSTM(8, 12, batch_first=True)
linear = nn.Linear(12, 1)
net = nn.ModuleList([embedding, lstm, linear])
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        batch = pad_sequence([reviews[i] for i in idx.tolist()], batch_first=True)
        mask = (batch != 0).unsqueeze(-1).float()
        hidden, _ = lstm(embedding(batch))
        pooled = (hidden * mask).sum(1) / mask.sum(1)
        logits = linear(pooled).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(logits, positive[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
