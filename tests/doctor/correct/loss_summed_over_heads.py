"""Losses of several time horizons are put in a list and summed."""

import torch

torch.manual_seed(84)


class Horizons(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.rnn = torch.nn.LSTM(1, 8, batch_first=True)
        self.heads = torch.nn.ModuleList([torch.nn.Linear(8, 1) for _ in range(n)])

    def forward(self, x):
        last = self.rnn(x)[1][0][-1]
        return [head(last) for head in self.heads]


model = Horizons(3)
opt = torch.optim.Adam(model.parameters(), lr=0.03)
for _ in range(16):
    wave = torch.sin(torch.rand(8, 1) * 6 + torch.arange(11) * 0.4)
    futures = wave[:, 8:].unbind(1)
    parts = [
        torch.nn.functional.mse_loss(guess.squeeze(-1), future)
        for guess, future in zip(model(wave[:, :8, None]), futures, strict=True)
    ]
    loss = torch.stack(parts).sum()
    opt.zero_grad()
    loss.backward()
    opt.step()
