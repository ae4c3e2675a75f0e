"""A network without modules: its weights are stepped with sub_ under autograd."""

import torch

torch.manual_seed(1)
Wx = (torch.randn(1, 10) * 0.3).requires_grad_()
Wh = (torch.randn(10, 10) * 0.2).requires_grad_()
Wy = (torch.randn(10, 1) * 0.3).requires_grad_()
for _ in range(20):
    x = torch.randn(6, 16, 1)
    target = x[-1] - x[-2]
    h = torch.zeros(16, 10)
    for x_t in x:
        h = torch.tanh(x_t @ Wx + h @ Wh)
    loss = ((h @ Wy - target) ** 2).mean()
    loss.backward()
    for w in (Wx, Wh, Wy):
        w.sub_(0.1 * w.grad)  # <- here
        w.grad.zero_()
