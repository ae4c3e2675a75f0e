"""Recordings and their targets per step, in a TensorDataset's manner but of unequal length."""

import torch
from torch import nn
from torch.utils.data import DataLoader

torch.manual_seed(3)
waves = [torch.randn(int(n), 1) for n in torch.randint(5, 12, (40,))]
pairs = [(w, w.cumsum(0)) for w in waves]
loader = DataLoader(pairs, batch_size=10, shuffle=True)
lstm, out = nn.LSTM(1, 10, batch_first=True), nn.Linear(10, 1)
opt = torch.optim.Adam([*lstm.parameters(), *out.parameters()], lr=0.01)
for _ in range(4):
    batches = iter(loader)
    for _ in range(len(loader)):
        x, y = next(batches)  # <- here
        loss = nn.functional.mse_loss(out(lstm(x)[0]), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
