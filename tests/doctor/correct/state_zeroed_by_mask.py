"""Streams of many episodes: the carried state is set to zero by a mask where one has ended."""

import torch

torch.manual_seed(46)
H, ROWS = 8, 6
cell = torch.nn.GRUCell(2, H)
score = torch.nn.Linear(H, 1)
opt = torch.optim.Adam(list(cell.parameters()) + list(score.parameters()), lr=0.03)

clock = torch.zeros(ROWS)
h = torch.zeros(ROWS, H)
for _batch in range(20):
    h = h.detach()
    error = 0.0
    for _t in range(6):
        ended = torch.rand(ROWS) < 0.2
        clock = torch.where(ended, torch.zeros(ROWS), clock + 1)
        alive = (~ended).float().unsqueeze(1)
        signal = torch.stack([torch.ones(ROWS), ended.float()], 1)
        h = cell(signal, h * alive)
        wanted = torch.tanh(clock / 4).unsqueeze(1)
        error = error + torch.nn.functional.mse_loss(score(h), wanted)
    loss = error / 6
    opt.zero_grad()
    loss.backward()
    opt.step()
