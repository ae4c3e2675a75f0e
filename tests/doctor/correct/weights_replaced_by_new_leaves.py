"""Weights are not changed but replaced: new leaves from the old ones and their gradients."""

import torch

torch.manual_seed(132)
W = {
    "x": (torch.randn(1, 10) * 0.3).requires_grad_(),
    "h": (torch.randn(10, 10) * 0.2).requires_grad_(),
    "y": (torch.randn(10, 1) * 0.3).requires_grad_(),
}
for _ in range(50):
    x = torch.randn(6, 16, 1)
    target = x[-1] - x[-2]
    h = torch.zeros(16, 10)
    for x_t in x:
        h = torch.tanh(x_t @ W["x"] + h @ W["h"])
    loss = ((h @ W["y"] - target) ** 2).mean()
    loss.backward()
    W = {k: (w - 0.1 * w.grad).detach().requires_grad_() for k, w in W.items()}
