"""Gaussian noise that fades is added to the gradients before the step."""

import torch

torch.manual_seed(99)
rnn, lin = torch.nn.RNN(1, 8, batch_first=True), torch.nn.Linear(8, 1)
params = [*rnn.parameters(), *lin.parameters()]
opt = torch.optim.SGD(params, lr=0.1)
for t in range(24):
    x = torch.randn(8, 6, 1)
    loss = torch.nn.functional.mse_loss(lin(rnn(x)[0]), x)
    opt.zero_grad()
    loss.backward()
    sigma = 0.02 / (1 + t) ** 0.55
    for p in params:
        p.grad.add_(torch.randn_like(p.grad), alpha=sigma)
    opt.step()
