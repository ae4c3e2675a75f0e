"""SGD by hand: backward, then p -= lr * p.grad under no_grad, then the gradients are cleared."""

import torch

torch.manual_seed(75)
lr = 0.1
rnn = torch.nn.GRU(1, 8, batch_first=True)
fc = torch.nn.Linear(8, 1)
params = list(rnn.parameters()) + list(fc.parameters())
for _epoch in range(3):
    for _ in range(8):
        x = torch.randn(8, 6, 1)
        loss = torch.nn.functional.mse_loss(fc(rnn(x)[0]), x * 0.8)
        loss.backward()
        with torch.no_grad():
            for p in params:
                p -= lr * p.grad
                p.grad = None
