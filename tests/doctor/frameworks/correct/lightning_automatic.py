"""Lightning trains by itself: an LSTM, clipping by norm, a validation after each epoch."""

import lightning
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Forecaster(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.lstm, self.readout = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)

    def forward(self, inputs):
        return self.readout(self.lstm(inputs)[0])

    def training_step(self, batch, batch_index):
        inputs, targets = batch
        loss = nn.functional.mse_loss(self(inputs), targets)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_index):
        inputs, targets = batch
        self.log("validation_loss", nn.functional.mse_loss(self(inputs), targets))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.01)


torch.manual_seed(0)
waves = torch.sin(0.4 * torch.arange(13) + 6 * torch.rand(50, 1))[..., None]  # (B, T + 1, 1)
windows = TensorDataset(waves[:, :-1], waves[:, 1:])
train_set, validation_set = torch.utils.data.random_split(windows, [40, 10])
model = Forecaster()
trainer = lightning.Trainer(
    max_epochs=3, accelerator="cpu", devices=1, gradient_clip_val=1.0, logger=False,
    enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
)  # fmt: skip
trainer.fit(model, DataLoader(train_set, 4, shuffle=True), DataLoader(validation_set, 4))
updates = trainer.global_step
