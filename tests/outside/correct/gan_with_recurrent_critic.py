# expect: nothing
"""A generator of waves and a recurrent critic, in turn; the fakes are detached for the critic."""

import torch
from torch import nn

torch.manual_seed(0)
T = 10


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 24, batch_first=True)
        self.out = nn.Linear(24, 1)

    def forward(self, z):
        return torch.tanh(self.out(self.lstm(z)[0]))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 24, batch_first=True)
        self.out = nn.Linear(24, 1)

    def forward(self, x):
        return self.out(self.lstm(x)[0].mean(1))


G, D = Generator(), Discriminator()
optimizer_g = torch.optim.Adam(G.parameters(), lr=3e-3, betas=(0.5, 0.999))
optimizer_d = torch.optim.Adam(D.parameters(), lr=3e-3, betas=(0.5, 0.999))
criterion = nn.BCEWithLogitsLoss()
for step in range(80):
    real = torch.sin(torch.rand(32, 1) * 6.28 + torch.arange(T) * 0.6).unsqueeze(-1)
    ones, zeros = torch.ones(32, 1), torch.zeros(32, 1)

    optimizer_d.zero_grad()
    fake = G(torch.randn(32, T, 2))
    loss_d = criterion(D(real), ones) + criterion(D(fake.detach()), zeros)
    loss_d.backward()
    optimizer_d.step()

    optimizer_g.zero_grad()
    loss_g = criterion(D(fake), ones)
    loss_g.backward()
    optimizer_g.step()
    if step % 20 == 19:
        print(step, round(loss_d.item(), 3), round(loss_g.item(), 3))
