"""By hand: each weight moves by the sign of its gradient, and the length falls as one over k."""

import torch
from torch import nn

torch.manual_seed(413)
rnn, fc = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
params = [*rnn.parameters(), *fc.parameters()]
x = torch.randn(60, 8, 1)
y = x.mean(1)
k = 0
for _epoch in range(6):
    for rows in torch.randperm(60).split(6):
        k += 1
        loss = nn.functional.mse_loss(fc(rnn(x[rows])[0][:, -1]), y[rows])
        loss.backward()
        with torch.no_grad():
            for p in params:
                p -= 0.03 / (1 + 0.1 * k) * p.grad.sign()
                p.grad.zero_()
