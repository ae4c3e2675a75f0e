"""A straight-through sign as a custom autograd Function inside the cell."""

import torch


class Sign(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sign(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (x.abs() < 1)


torch.manual_seed(77)
w_x = torch.nn.Linear(1, 8)
w_h = torch.nn.Linear(8, 8)
w_y = torch.nn.Linear(8, 1)
net = torch.nn.ModuleList([w_x, w_h, w_y])
opt = torch.optim.Adam(net.parameters(), lr=0.03)
for _ in range(20):
    x = torch.randn(8, 5, 1)
    y = (x[:, -1] > 0).float()
    h = torch.zeros(8, 8)
    for t in range(5):
        h = Sign.apply(w_x(x[:, t]) + w_h(h))
    loss = torch.nn.functional.binary_cross_entropy_with_logits(w_y(h), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
