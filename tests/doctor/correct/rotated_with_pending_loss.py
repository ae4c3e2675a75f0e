"""Each pass handles the loss of the pass before: backward, step, then a new forward."""

import torch

torch.manual_seed(129)
lstm, lin = torch.nn.LSTM(1, 8, batch_first=True), torch.nn.Linear(8, 1)
opt = torch.optim.Adam([*lstm.parameters(), *lin.parameters()], lr=0.03)


def forward():
    x = torch.rand(8, 6, 1)
    return torch.nn.functional.mse_loss(lin(lstm(x)[0]), 1 - x)


pending = forward()
for _ in range(18):
    opt.zero_grad()
    pending.backward()
    opt.step()
    pending = forward()
