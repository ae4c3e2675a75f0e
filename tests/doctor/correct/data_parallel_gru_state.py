"""A DataParallel model whose optimizer was built on .module; gradients clipped by norm."""

import torch

torch.manual_seed(70)


class Seq(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.core = torch.nn.GRU(1, 8, batch_first=True)
        self.lin = torch.nn.Linear(8, 1)

    def forward(self, x, h):
        o, h = self.core(x, h)
        return self.lin(o), h


wrapped = torch.nn.DataParallel(Seq())
opt = torch.optim.Adam(wrapped.module.parameters(), lr=0.02)
long = torch.cos(torch.arange(0, 121) * 0.3 + torch.arange(4).view(4, 1))
h = torch.zeros(1, 4, 8)
for i in range(0, 120, 10):
    x, y = long[:, i : i + 10, None], long[:, i + 1 : i + 11, None]
    pred, h = wrapped(x, h)
    h = h.detach()
    loss = torch.nn.functional.mse_loss(pred, y)
    opt.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(wrapped.parameters(), 1.0)
    opt.step()
