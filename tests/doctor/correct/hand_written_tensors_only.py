"""No module at all: leaf tensors, a loop over time, and SGD on a list of tensors."""

import torch

torch.manual_seed(8)
H = 8
U = (torch.randn(1, H) * 0.5).requires_grad_()
W = (torch.eye(H) * 0.9).requires_grad_()
V = (torch.randn(H, 1) * 0.2).requires_grad_()
b = torch.zeros(H, requires_grad=True)

optimizer = torch.optim.SGD([U, W, V, b], lr=0.02)
for _n in range(24):
    x = torch.rand(8, 8)
    mean = x.mean(1, keepdim=True)
    h = torch.zeros(8, H)
    for t in range(8):
        h = torch.relu(x[:, t : t + 1] @ U + h @ W + b)
    loss = (h @ V - mean).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
