"""A plain RNN of one layer in two directions, with dropout that has no effect."""

import torch
from torch import nn

torch.manual_seed(195)
options = {"hidden_size": 10, "bidirectional": True, "dropout": 0.2}
rnn = nn.RNN(2, **options)  # <- here
fc = nn.Linear(20, 1)
opt = torch.optim.RMSprop([*rnn.parameters(), *fc.parameters()], lr=0.005)
for _ in range(40):
    x = torch.randn(8, 10, 2)
    opt.zero_grad()
    loss = nn.functional.mse_loss(fc(rnn(x)[0]), x.mean(2, keepdim=True))
    loss.backward()
    opt.step()
