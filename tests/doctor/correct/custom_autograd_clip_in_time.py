"""A custom Function that is the identity forward and clamps the gradient at each time step."""

import torch
from torch import nn


class ClampGrad(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, limit):
        ctx.limit = limit
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return grad.clamp(-ctx.limit, ctx.limit), None


class Clamped(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(1, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, xs):
        h, c = torch.zeros(8, 8), torch.zeros(8, 8)
        for x in xs:
            h, c = self.cell(x, (h, c))
            h = ClampGrad.apply(h, 0.5)
        return self.out(h)


torch.manual_seed(78)
model = Clamped()
opt = torch.optim.Adam(model.parameters(), lr=0.05)
for _ in range(20):
    xs = torch.rand(6, 8, 1)
    loss = nn.functional.mse_loss(model(xs), xs[-1])
    opt.zero_grad()
    loss.backward()
    opt.step()
