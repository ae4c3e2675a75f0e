"""The gradient of each task is measured on one graph, then the mixed loss is trained."""

import torch

torch.manual_seed(80)
core = torch.nn.LSTM(1, 8, batch_first=True)
heads = torch.nn.ModuleList([torch.nn.Linear(8, 1) for _ in range(2)])
opt = torch.optim.Adam([*core.parameters(), *heads.parameters()], lr=0.03)


def losses(x):
    out, _ = core(x)
    yield torch.nn.functional.mse_loss(heads[0](out[:, -1]), x[:, -1])
    yield torch.nn.functional.mse_loss(heads[1](out[:, -1]), x[:, -2])


for _ in range(16):
    x = torch.randn(8, 5, 1)
    first, second = losses(x)
    sizes = []
    for one in (first, second):
        (g,) = torch.autograd.grad(one, [core.weight_hh_l0], retain_graph=True)
        sizes.append(g.norm().item())
    share = sizes[1] / (sum(sizes) + 1e-8)
    opt.zero_grad()
    (share * first + (1 - share) * second).backward()
    opt.step()
