"""No training at all: how large the gradients of three networks are, at their start."""

import torch
from torch import nn

torch.manual_seed(8)
for length in (5, 10, 20):
    rnn = nn.RNN(1, 8, batch_first=True)
    for _ in range(4):
        rnn.zero_grad()
        rnn(torch.randn(8, length, 1))[0].square().mean().backward()
        print(length, nn.utils.clip_grad_norm_(rnn.parameters(), 1e9).item())
