"""functional_call on leaf copies with momentum kept in a dict, a functional optimizer."""

import torch

torch.manual_seed(74)


def init(params):
    return {k: torch.zeros_like(v) for k, v in params.items()}


def update(params, grads, speed, lr=0.05, mu=0.8):
    speed = {k: mu * speed[k] + grads[k] for k in params}
    params = {k: (v.detach() - lr * speed[k]).requires_grad_() for k, v in params.items()}
    return params, speed


cell = torch.nn.RNNCell(1, 8)
params = {k: v.detach().clone().requires_grad_() for k, v in cell.named_parameters()}
params["readout"] = (torch.randn(8, 1) * 0.3).requires_grad_()
speed = init(params)
for _ in range(20):
    x = torch.rand(5, 8, 1)
    weights = {k: v for k, v in params.items() if k != "readout"}
    h = torch.zeros(8, 8)
    for row in x:
        h = torch.func.functional_call(cell, weights, (row, h))
    loss = (h @ params["readout"] - x[-1]).pow(2).mean()
    grads = dict(zip(params, torch.autograd.grad(loss, params.values()), strict=True))
    params, speed = update(params, grads, speed)
