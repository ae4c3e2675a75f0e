"""The mean output is pulled to one fixed number; a scalar target of a scalar, on purpose."""

import torch

torch.manual_seed(104)
gru, lin = torch.nn.GRU(1, 8, batch_first=True), torch.nn.Linear(8, 1)
opt = torch.optim.Adam([*gru.parameters(), *lin.parameters()], lr=0.03)
level = torch.tensor(0.7)
for _ in range(20):
    x = torch.randn(8, 6, 1)
    energy = lin(gru(x)[0]).mean()
    loss = torch.nn.functional.mse_loss(energy, level)
    opt.zero_grad()
    loss.backward()
    opt.step()
