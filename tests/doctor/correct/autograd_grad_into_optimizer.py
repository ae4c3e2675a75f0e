"""Gradients from autograd.grad are put into .grad for Adam to use."""

import torch

torch.manual_seed(72)


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = torch.nn.GRUCell(2, 8)
        self.lin = torch.nn.Linear(8, 2)

    def forward(self, x):
        h = x.new_zeros(x.size(1), 8)
        for xt in x:
            h = self.cell(xt, h)
        return self.lin(h)


model = Model()
weights = tuple(model.parameters())
opt = torch.optim.Adam(weights, lr=0.03)
for _ in range(20):
    x = torch.randn(5, 8, 2)
    loss = torch.nn.functional.l1_loss(model(x), x.mean(0))
    for p, g in zip(weights, torch.autograd.grad(loss, weights), strict=True):
        p.grad = g
    opt.step()
