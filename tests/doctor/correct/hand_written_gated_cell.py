"""A minimal gated unit made of two Linear layers, with a list of states along time."""

import torch
import torch.nn as nn

torch.manual_seed(7)


class MinimalGate(nn.Module):
    def __init__(self, size_in, size):
        super().__init__()
        self.size = size
        self.gate = nn.Linear(size_in + size, size)
        self.candidate = nn.Linear(size_in + size, size)

    def step(self, x, state):
        f = torch.sigmoid(self.gate(torch.cat((x, state), -1)))
        new = torch.tanh(self.candidate(torch.cat((x, f * state), -1)))
        return (1 - f) * state + f * new

    def forward(self, xs):
        states = [torch.zeros(xs.size(1), self.size)]
        for x in xs:  # time comes first
            states.append(self.step(x, states[-1]))
        return torch.stack(states[1:])


unit, dense = MinimalGate(1, 8), nn.Linear(8, 1)
everything = nn.ModuleList([unit, dense])
optimiser = torch.optim.Adam(everything.parameters(), lr=0.03)

for _round in range(2):
    for _ in range(8):
        xs = torch.rand(8, 6, 1)  # (T, B, 1)
        best_so_far = xs.cummax(0).values
        guess = dense(unit(xs))
        loss = nn.functional.mse_loss(guess, best_so_far)
        everything.zero_grad()
        loss.backward()
        optimiser.step()
