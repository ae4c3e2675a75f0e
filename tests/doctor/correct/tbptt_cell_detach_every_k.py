"""A cell runs along a sequence; every fourth step there is an update and the state is cut."""

import torch

torch.manual_seed(26)
cell = torch.nn.GRUCell(1, 8)
lin = torch.nn.Linear(8, 1)
opt = torch.optim.Adam([*cell.parameters(), *lin.parameters()], lr=0.05)
K = 4

for _sequence in range(8):
    xs = torch.rand(12, 8, 1)
    h = torch.zeros(8, 8)
    loss = torch.zeros(())
    previous = torch.zeros(8, 1)
    for t, x in enumerate(xs):
        h = cell(x, h)
        loss = loss + ((lin(h) - previous) ** 2).mean() / K
        previous = x
        if (t + 1) % K == 0:
            opt.zero_grad()
            loss.backward()
            opt.step()
            h = h.detach()
            loss = torch.zeros(())
