"""The module carries its state and does not detach it."""

import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Stream(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.lstm, self.readout = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)
        self.state = None

    def training_step(self, batch, _):
        inputs, targets = batch
        outputs, self.state = self.lstm(inputs, self.state)  # <- here
        return nn.functional.mse_loss(self.readout(outputs), targets)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.01)


torch.manual_seed(0)
series = torch.sin(0.3 * torch.arange(4 * 96 + 1))
inputs, targets = (
    part.view(4, 12, 8, 1).transpose(0, 1).flatten(0, 1) for part in (series[:-1], series[1:])
)
trainer = L.Trainer(
    max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False,
)  # fmt: skip
trainer.fit(Stream(), DataLoader(TensorDataset(inputs, targets), batch_size=4))
