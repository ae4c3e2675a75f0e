"""Clipping by value, each gradient entry held within a band."""

import torch

torch.manual_seed(61)
model = torch.nn.ModuleList([torch.nn.LSTM(1, 8, batch_first=True), torch.nn.Linear(8, 1)])
lstm, out = model
opt = torch.optim.Adam(model.parameters(), lr=0.03)

for _ in range(18):
    x = torch.rand(8, 8, 1)
    loss = torch.nn.functional.mse_loss(out(lstm(x)[0]), x.cumsum(1))
    opt.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_value_(model.parameters(), 0.1)
    opt.step()
