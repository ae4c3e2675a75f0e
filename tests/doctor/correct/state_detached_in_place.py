"""The carried state is cut in place with detach_() after the step."""

import torch
import torch.nn as nn

torch.manual_seed(47)
net, lin = nn.GRU(1, 8), nn.Linear(8, 1)
optim = torch.optim.SGD([*net.parameters(), *lin.parameters()], lr=0.2, momentum=0.8)
signal = torch.sin(torch.arange(0, 97) * 0.5)[:, None, None] * torch.linspace(0.5, 1, 4)[:, None]

for _ in range(2):
    h = torch.zeros(1, 4, 8)
    for past, future in zip(signal[:-1].split(8), signal[1:].split(8), strict=True):
        o, h = net(past, h)
        loss = nn.functional.mse_loss(lin(o), future)
        optim.zero_grad()
        loss.backward()
        optim.step()
        h.detach_()
