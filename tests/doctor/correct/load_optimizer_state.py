"""Weights and momentum are put back to a snapshot halfway, with a smaller rate from there."""

import copy

import torch

torch.manual_seed(127)
net = torch.nn.RNN(1, 8, batch_first=True)
lin = torch.nn.Linear(8, 1)
both = torch.nn.ModuleList([net, lin])
opt = torch.optim.SGD(both.parameters(), lr=0.1, momentum=0.9)
snapshot = None
for n in range(20):
    if n == 8:
        snapshot = copy.deepcopy((both.state_dict(), opt.state_dict()))
    if n == 12:
        both.load_state_dict(snapshot[0])
        opt.load_state_dict(snapshot[1])
        opt.param_groups[0]["lr"] = 0.03
    x = torch.randn(8, 5, 1)
    loss = torch.nn.functional.mse_loss(lin(net(x)[0]), x * 0.5)
    opt.zero_grad()
    loss.backward()
    opt.step()
