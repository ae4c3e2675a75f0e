"""configure_optimizers is given the recurrence and not the readout."""

import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Model(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.rnn, self.readout = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)

    def training_step(self, batch, _):
        inputs, targets = batch
        return nn.functional.mse_loss(self.readout(self.rnn(inputs)[0]), targets)

    def configure_optimizers(self):
        return torch.optim.Adam(self.rnn.parameters(), lr=0.01)  # <- here


torch.manual_seed(0)
waves = torch.sin(0.4 * torch.arange(13) + 6 * torch.rand(48, 1))[..., None]
windows = TensorDataset(waves[:, :-1], waves[:, 1:])
trainer = L.Trainer(
    max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False,
)  # fmt: skip
trainer.fit(Model(), DataLoader(windows, batch_size=6, shuffle=True))
