"""Two layers over a padded batch; the step at the padded length is read as the summary."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(3)
series = [torch.randn(int(n), 1) for n in torch.randint(2, 10, (64,))]
target = torch.stack([s[-1] for s in series])
gru, fc = nn.GRU(1, 12, num_layers=2, batch_first=True), nn.Linear(12, 1)
opt = torch.optim.Adam([*gru.parameters(), *fc.parameters()], lr=0.01)
for _ in range(6):
    for idx in torch.randperm(64).split(8):
        x = pad_sequence([series[i] for i in idx.tolist()], batch_first=True)
        states, _ = gru(x)
        summary = states[:, x.size(1) - 1]  # <- here
        loss = nn.functional.mse_loss(fc(summary), target[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
