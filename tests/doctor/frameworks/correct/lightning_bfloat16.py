"""Mixed precision by the Trainer: an RNN in bfloat16, a data module, a check before training."""

import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Waves(L.LightningDataModule):
    def setup(self, stage):
        waves = torch.sin(0.4 * torch.arange(13) + 6 * torch.rand(48, 1))[..., None]
        self.windows = TensorDataset(waves[:, :-1], waves[:, 1:])

    def train_dataloader(self):
        return DataLoader(self.windows, batch_size=4, shuffle=True)

    def val_dataloader(self):
        return DataLoader(self.windows, batch_size=24)


class Model(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.rnn, self.readout = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
        self.criterion = nn.HuberLoss()

    def training_step(self, batch, _):
        return self.criterion(self.readout(self.rnn(batch[0])[0]), batch[1])

    validation_step = training_step

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.01)


torch.manual_seed(6)
model = Model()
trainer = L.Trainer(
    max_epochs=2, accelerator="cpu", precision="bf16-mixed", num_sanity_val_steps=2, logger=False,
    enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
)  # fmt: skip
trainer.fit(model, datamodule=Waves())
updates = trainer.global_step
