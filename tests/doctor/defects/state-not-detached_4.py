"""A cell written by hand, stepped over a long signal in chunks."""

import torch

torch.manual_seed(3)
signal = torch.sin(torch.arange(0, 40, 0.2))
W_x = (0.5 * torch.randn(1, 5)).requires_grad_()
W_h = (0.3 * torch.randn(5, 5)).requires_grad_()
W_o = (0.5 * torch.randn(5, 1)).requires_grad_()
weights = [W_x, W_h, W_o]

h = torch.zeros(1, 5)
for i in range(0, 190, 10):
    error = 0.0
    for t in range(i, i + 10):
        h = torch.tanh(signal[t].view(1, 1) @ W_x + h @ W_h)
        error = error + (h @ W_o - signal[t + 1]).pow(2).sum() / 10
    error.backward()  # <- here
    with torch.no_grad():
        for w in weights:
            w -= 0.05 * w.grad
            w.grad = None
