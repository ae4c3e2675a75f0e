"""A cell of one's own; errors are summed over time."""

import torch

torch.manual_seed(2)
A = (torch.randn(6, 6) * 0.3).requires_grad_()
B = (torch.randn(1, 6) * 0.5).requires_grad_()
C = (torch.randn(6, 1) * 0.5).requires_grad_()
opt = torch.optim.SGD([A, B, C], lr=0.05)


def unroll(x):
    h = torch.zeros(x.shape[0], 6)
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ B + h @ A)
        yield h @ C
        h = h.detach()  # <- here


for _ in range(16):
    x = torch.randn(5, 9, 1)
    y = x.cumsum(1) / 3
    opt.zero_grad()
    errors = [(out - y[:, t]).square().mean() for t, out in enumerate(unroll(x))]
    loss = sum(errors) / len(errors)
    loss.backward()
    opt.step()
