"""torch.func: functional_call and grad_and_value over a dict of parameters, plain SGD."""

import torch
from torch import nn
from torch.func import functional_call, grad_and_value


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Linear(1, 8)
        self.rec = nn.Linear(8, 8, bias=False)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        h = torch.zeros(x.shape[0], 8)
        for t in range(x.shape[1]):
            h = torch.tanh(self.inp(x[:, t]) + self.rec(h))
        return self.out(h)


torch.manual_seed(73)
net = Net()
params = {name: p.detach().clone() for name, p in net.named_parameters()}


def loss_of(params, x, y):
    return nn.functional.mse_loss(functional_call(net, params, (x,)), y)


step = grad_and_value(loss_of)
losses = []
for _ in range(20):
    x = torch.randn(8, 5, 1)
    grads, loss = step(params, x, x[:, -1])
    params = {name: p - 0.1 * grads[name] for name, p in params.items()}
    losses.append(loss.item())
