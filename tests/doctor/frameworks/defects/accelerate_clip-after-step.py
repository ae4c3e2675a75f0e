"""Clipping with Accelerate, one line too late."""

import torch
from accelerate import Accelerator
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.readout = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)

    def forward(self, inputs):
        return self.readout(self.gru(inputs)[1][-1])


torch.manual_seed(0)
x = torch.randn(48, 8, 1)
accelerator, model = Accelerator(cpu=True), Net()
model, optimizer, batches = accelerator.prepare(
    model,
    torch.optim.Adam(model.parameters(), lr=0.01),
    DataLoader(TensorDataset(x, x.mean(1)), batch_size=4, shuffle=True),
)
for inputs, targets in batches:
    optimizer.zero_grad()
    accelerator.backward(nn.functional.mse_loss(model(inputs), targets))
    optimizer.step()
    accelerator.clip_grad_norm_(model.parameters(), 1.0)  # <- here
