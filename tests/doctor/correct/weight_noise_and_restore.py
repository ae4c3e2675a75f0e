"""Gradients are taken at noisy weights; the noise is taken off again before the step."""

import torch
from torch import nn

torch.manual_seed(100)
model = nn.ModuleDict({"gru": nn.GRU(2, 8, batch_first=True), "fc": nn.Linear(8, 1)})
opt = torch.optim.Adam(model.parameters(), lr=0.02)


def shake(noise, sign):
    with torch.no_grad():
        for p, n in zip(model.parameters(), noise, strict=True):
            p.add_(n, alpha=sign)


for _ in range(20):
    x = torch.randn(8, 5, 2)
    y = x[:, -1].sum(-1, keepdim=True)
    noise = [0.01 * torch.randn_like(p) for p in model.parameters()]
    shake(noise, 1)
    loss = nn.functional.mse_loss(model["fc"](model["gru"](x)[0][:, -1]), y)
    opt.zero_grad()
    loss.backward()
    shake(noise, -1)
    opt.step()
