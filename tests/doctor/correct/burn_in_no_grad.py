"""The first steps only warm the state up, under no_grad; the loss is on the rest."""

import torch

torch.manual_seed(141)
cell = torch.nn.LSTMCell(1, 8)
lin = torch.nn.Linear(8, 1)
opt = torch.optim.Adam([*cell.parameters(), *lin.parameters()], lr=0.04)
WARM = 4
for _ in range(18):
    wave = torch.sin(torch.rand(8, 1) * 6 + torch.arange(12) * 0.5)
    state = torch.zeros(8, 8), torch.zeros(8, 8)
    with torch.no_grad():
        for t in range(WARM):
            state = cell(wave[:, t : t + 1], state)
    guesses = []
    for t in range(WARM, 11):
        state = cell(wave[:, t : t + 1], state)
        guesses.append(lin(state[0]))
    loss = torch.nn.functional.mse_loss(torch.cat(guesses, 1), wave[:, WARM + 1 :])
    opt.zero_grad()
    loss.backward()
    opt.step()
