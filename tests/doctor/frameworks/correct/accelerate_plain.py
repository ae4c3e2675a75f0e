"""The loop of Accelerate's documentation, with clipping, a scheduler and a validation."""

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
windows = TensorDataset(waves[:, :-1], waves[:, 1:])
accelerator = Accelerator(cpu=True)
model, loss_fn = Net(), nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 36)
model, optimizer, batches, validation_batches, scheduler = accelerator.prepare(
    model, optimizer, DataLoader(windows, 4, shuffle=True), DataLoader(windows, 12), scheduler
)
updates = 0
for _epoch in range(3):
    model.train()
    for inputs, targets in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        updates += 1
    model.eval()
    for inputs, targets in validation_batches:
        with torch.no_grad():
            predictions = model(inputs)
        predictions, targets = accelerator.gather_for_metrics((predictions, targets))
        nn.functional.mse_loss(predictions, targets).item()
