"""A view to steps and features whose first axis is open, so that a smaller last batch fits."""

import torch
from torch import nn

torch.manual_seed(429)
BATCH, STEPS = 12, 8
series = torch.randn(100, STEPS, 2)
target = series[..., :1] - series[..., 1:]
rnn, head = nn.RNN(2, 10, batch_first=True), nn.Linear(10, 1)
opt = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _ in range(4):
    for idx in torch.randperm(100).split(BATCH):
        out, _ = rnn(series[idx])
        pred = head(out.reshape(-1, 10)).view(-1, STEPS, 1)
        loss = nn.functional.mse_loss(pred, target[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
