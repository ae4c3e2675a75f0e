"""Next value of a sine wave, every time step, windows in a loader."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
wave = torch.sin(torch.arange(0, 64, 0.2))
windows = wave.unfold(0, 11, 8)[:36]
dataset = TensorDataset(windows[:, :-1, None], windows[:, 1:, None])
loader = DataLoader(dataset, batch_size=4, shuffle=True)
rnn = nn.RNN(1, 8)
readout = nn.Linear(8, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *readout.parameters()], lr=0.01)

for _epoch in range(2):
    for x, y in loader:
        optimizer.zero_grad()
        outputs, _ = rnn(x)  # <- here
        loss = nn.functional.mse_loss(readout(outputs), y)
        loss.backward()
        optimizer.step()
