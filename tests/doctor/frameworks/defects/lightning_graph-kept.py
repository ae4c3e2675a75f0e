"""The losses of an epoch are kept with their graphs, to be averaged at its end."""

import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Model(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.lstm, self.readout = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)
        self.losses = []

    def training_step(self, batch, _):
        inputs, targets = batch
        loss = nn.functional.mse_loss(self.readout(self.lstm(inputs)[0]), targets)  # <- here
        self.losses.append(loss)
        return loss

    def on_train_epoch_end(self):
        self.average = torch.stack(self.losses).mean().item()
        self.losses.clear()

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.01)


torch.manual_seed(0)
waves = torch.sin(0.4 * torch.arange(13) + 6 * torch.rand(48, 1))[..., None]
trainer = L.Trainer(
    max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False,
)  # fmt: skip
trainer.fit(Model(), DataLoader(TensorDataset(waves[:, :-1], waves[:, 1:]), 4, shuffle=True))
