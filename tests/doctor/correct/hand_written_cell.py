"""An Elman cell written with two weight matrices and tanh."""

import torch
from torch import nn

torch.manual_seed(6)


class Elman(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.w_in = nn.Parameter(torch.randn(d, h) * 0.4)
        self.w_rec = nn.Parameter(torch.randn(h, h) * 0.3)
        self.bias = nn.Parameter(torch.zeros(h))
        self.w_out = nn.Parameter(torch.randn(h, 1) * 0.3)

    def forward(self, x):
        h = x.new_zeros(x.size(0), self.w_rec.size(0))
        ys = []
        for t in range(x.size(1)):
            h = torch.tanh(x[:, t] @ self.w_in + h @ self.w_rec + self.bias)
            ys.append(h @ self.w_out)
        return torch.stack(ys, 1)


def delayed_sum(n):
    x = torch.rand(n, 10, 2)
    y = x.sum(-1, keepdim=True)
    y = torch.cat([torch.zeros(n, 1, 1), y[:, :-1]], dim=1)
    return x, y


net = Elman(2, 8)
opt = torch.optim.Adam(net.parameters(), lr=0.02)
history = []
for _ in range(20):
    x, y = delayed_sum(8)
    opt.zero_grad()
    loss = (net(x) - y).pow(2).mean()
    loss.backward()
    opt.step()
    history.append(float(loss.detach()))
