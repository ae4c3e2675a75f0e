"""Scheduled sampling: now and then the cell sees its own guess instead of the truth."""

import random

import torch

random.seed(41)
torch.manual_seed(41)
cell, lin = torch.nn.GRUCell(1, 8), torch.nn.Linear(8, 1)
opt = torch.optim.Adam([*cell.parameters(), *lin.parameters()], lr=0.03)


def train_batch(truth, own_share):
    h = torch.zeros(truth.size(0), 8)
    fed = truth[:, :1]
    guesses = []
    for t in range(1, truth.size(1)):
        h = cell(fed, h)
        guess = lin(h)
        guesses.append(guess)
        fed = guess.detach() if random.random() < own_share else truth[:, t : t + 1]
    loss = torch.nn.functional.mse_loss(torch.cat(guesses, 1), truth[:, 1:])
    opt.zero_grad()
    loss.backward()
    opt.step()
    return loss.item()


curve = []
for n in range(20):
    phase = torch.rand(8, 1) * 6.28
    curve.append(train_batch(torch.sin(phase + torch.arange(9) * 0.6), own_share=n / 40))
