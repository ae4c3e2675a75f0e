"""A flat row of readings a sequence, viewed as steps times features: nothing is mixed."""

import torch
from torch import nn

torch.manual_seed(141)
rows = torch.randn(96, 16)  # 8 steps of 2 readings, one step after the other
y = rows[:, -6::2].sum(1, keepdim=True)
rnn, head = nn.RNN(2, 14, batch_first=True), nn.Linear(14, 1)
opt = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _ in range(6):
    for idx in torch.randperm(96).split(12):
        x = rows[idx].view(len(idx), 8, 2)
        loss = nn.functional.mse_loss(head(rnn(x)[0][:, -1]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
