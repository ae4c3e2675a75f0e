"""A generator and a critic of short waves, each with its own optimizer and its own loss."""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

torch.manual_seed(15)
T = 8


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(2, 8, batch_first=True)
        self.out = nn.Linear(8, 1)

    def forward(self, z):
        return self.out(self.rnn(z)[0])


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(1, 8, batch_first=True)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        return self.out(self.rnn(x)[1][0])


def real_waves(n):
    phase = torch.rand(n, 1) * 6.28
    return torch.sin(phase + torch.arange(T) * 0.7).unsqueeze(-1)


G, D = Generator(), Critic()
g_opt = torch.optim.Adam(G.parameters(), lr=0.01)
d_opt = torch.optim.Adam(D.parameters(), lr=0.01)
ones, zeros = torch.ones(8, 1), torch.zeros(8, 1)

for _ in range(12):
    fake = G(torch.randn(8, T, 2))

    d_opt.zero_grad()
    d_loss = bce(D(real_waves(8)), ones) + bce(D(fake.detach()), zeros)
    d_loss.backward()
    d_opt.step()

    g_opt.zero_grad()
    g_loss = bce(D(fake), ones)
    g_loss.backward()
    g_opt.step()
