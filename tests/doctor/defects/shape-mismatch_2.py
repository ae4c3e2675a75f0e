"""A view to twelve sequences a batch, which the last batch does not have."""

import torch
from torch import nn

torch.manual_seed(1)
BATCH, STEPS = 12, 8
series = torch.randn(100, STEPS, 2)
target = series[..., :1] - series[..., 1:]
rnn = nn.RNN(2, 10, batch_first=True)
head = nn.Linear(10, 1)
opt = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _ in range(2):
    for idx in torch.randperm(100).split(BATCH):
        out, _ = rnn(series[idx])
        pred = head(out.reshape(-1, 10)).view(BATCH, STEPS, 1)  # <- here
        loss = nn.functional.mse_loss(pred, target[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
