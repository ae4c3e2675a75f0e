"""A view back to batch and steps takes the numbers from the batch itself."""

import torch
from torch import nn

torch.manual_seed(130)
series = torch.randn(100, 8, 2)
target = series[..., :1] - series[..., 1:]
rnn = nn.RNN(2, 10, batch_first=True)
head = nn.Linear(10, 1)
opt = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _ in range(4):
    for idx in torch.randperm(100).split(12):
        out, _ = rnn(series[idx])
        pred = head(out.reshape(-1, 10)).view(len(idx), -1, 1)
        loss = nn.functional.mse_loss(pred, target[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
