"""A frozen recurrent part stays in the optimizer; it gets no gradient, so it does not move."""

import torch

torch.manual_seed(33)
reservoir = torch.nn.RNN(1, 8, batch_first=True)
for p in reservoir.parameters():
    p.requires_grad = False
readout = torch.nn.Linear(8, 1)
opt = torch.optim.Adam([*reservoir.parameters(), *readout.parameters()], lr=0.05)

for _ in range(24):
    u = torch.rand(8, 9, 1) - 0.5
    goal = torch.roll(u, 1, dims=1)
    states, _ = reservoir(u)
    loss = (readout(states)[:, 1:] - goal[:, 1:]).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
