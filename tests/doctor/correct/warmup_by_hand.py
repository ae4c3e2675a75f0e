"""The learning rate is set by hand in the param groups, small in the first batches."""

import torch

torch.manual_seed(31)


def rate(n):
    return 0.05 * min(1.0, (n + 1) ** 2 / 100)


lstm = torch.nn.LSTM(2, 8, batch_first=True)
final = torch.nn.Linear(8, 2)
opt = torch.optim.Adam([*lstm.parameters(), *final.parameters()], lr=rate(0))
for n in range(20):
    for group in opt.param_groups:
        group["lr"] = rate(n)
    which = torch.randint(2, (8,))
    series = torch.randn(8, 8, 2) * 0.5
    series[torch.arange(8), :, which] += 0.5
    loss = torch.nn.functional.cross_entropy(final(lstm(series)[1][0][-1]), which)
    opt.zero_grad()
    loss.backward()
    opt.step()
