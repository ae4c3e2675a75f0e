"""Recurrent weights that make gradients grow, and a bound on their norm that holds them."""

import torch
from torch import nn

torch.manual_seed(212)
rnn, head = nn.RNN(1, 8, nonlinearity="relu", batch_first=True), nn.Linear(8, 1)
with torch.no_grad():
    rnn.weight_hh_l0.copy_(1.9 * torch.eye(8))
parameters = [*rnn.parameters(), *head.parameters()]
optimizer = torch.optim.SGD(parameters, lr=0.001)
for _ in range(20):
    x = torch.randn(4, 12, 1)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(head(rnn(x)[0][:, -1]), x.mean(1))
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
