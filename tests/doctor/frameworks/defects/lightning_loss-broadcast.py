"""Automatic optimization; targets of shape (B,) beside predictions of shape (B, 1)."""

import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Model(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.gru, self.readout = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)

    def training_step(self, batch, _):
        x, y = batch
        predictions = self.readout(self.gru(x)[1][-1])
        return nn.functional.mse_loss(predictions, y)  # <- here

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.01)


torch.manual_seed(0)
x = torch.randn(48, 8, 1)
trainer = L.Trainer(
    max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False,
)  # fmt: skip
trainer.fit(Model(), DataLoader(TensorDataset(x, x.mean((1, 2))), 6, shuffle=True))
