"""The cell is fed its own last value without its graph; the hidden state stays in the graph."""

import torch

torch.manual_seed(145)
cell, lin = torch.nn.RNNCell(1, 8), torch.nn.Linear(8, 1)
opt = torch.optim.Adam([*cell.parameters(), *lin.parameters()], lr=0.02)
for _ in range(20):
    start = torch.rand(8, 1)
    wanted = start * 0.8 ** torch.arange(1, 7)  # (B, T), each step shrinks by a fifth
    h, value, values = torch.zeros(8, 8), start, []
    for _t in range(6):
        h = cell(value.detach(), h)
        value = lin(h)
        values.append(value)
    opt.zero_grad()
    loss = torch.nn.functional.mse_loss(torch.cat(values, 1), wanted)
    loss.backward()
    opt.step()
