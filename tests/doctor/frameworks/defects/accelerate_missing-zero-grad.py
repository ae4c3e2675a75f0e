"""A loop with Accelerate that never clears the gradients."""

import torch
from accelerate import Accelerator
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.readout = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)

    def forward(self, inputs):
        return self.readout(self.lstm(inputs)[0])


torch.manual_seed(0)
waves = torch.sin(0.4 * torch.arange(13) + 6 * torch.rand(48, 1))[..., None]
accelerator, model = Accelerator(cpu=True), Net()
model, optimizer, batches = accelerator.prepare(
    model,
    torch.optim.Adam(model.parameters(), lr=0.01),
    DataLoader(TensorDataset(waves[:, :-1], waves[:, 1:]), batch_size=4, shuffle=True),
)
for inputs, targets in batches:
    loss = nn.functional.mse_loss(model(inputs), targets)
    accelerator.backward(loss)  # <- here
    optimizer.step()
