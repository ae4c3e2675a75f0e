"""Pascanu's idea in small: the norm of dh_T/dh_0 is pulled to one through a second backward."""

import torch

torch.manual_seed(102)
W = (0.5 * torch.randn(8, 8) / 8**0.5).requires_grad_()
U = (0.5 * torch.randn(1, 8)).requires_grad_()
V = (0.3 * torch.randn(8, 1)).requires_grad_()
opt = torch.optim.Adam([W, U, V], lr=0.03)
for _ in range(16):
    x = torch.randn(5, 8, 1)
    start = torch.zeros(8, 8, requires_grad=True)
    h = start
    for xt in x:
        h = torch.tanh(xt @ U + h @ W)
    task = torch.nn.functional.mse_loss(h @ V, x[-1])
    g = torch.autograd.grad(h.sum(), start, create_graph=True)[0]
    loss = task + 0.01 * (g.norm(dim=1) - 1).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
