"""Averaged weights, early stopping, a loss written by hand, and a test after the training."""

import lightning as L
import torch
from lightning.pytorch.callbacks import EarlyStopping, StochasticWeightAveraging
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Model(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.cell, self.readout = nn.GRUCell(1, 8), nn.Linear(8, 1)

    def forward(self, x):
        h = x.new_zeros(len(x), 8)
        for x_t in x.unbind(1):
            h = self.cell(x_t, h)
        return self.readout(h)

    def step(self, batch, name):
        loss = ((self(batch[0]) - batch[1]) ** 2).mean()
        self.log(name, loss)
        return loss

    def training_step(self, batch, _):
        return self.step(batch, "train_loss")

    def validation_step(self, batch, _):
        self.step(batch, "validation_loss")

    def test_step(self, batch, batch_idx):
        self.step(batch, "test_loss")

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.01)


torch.manual_seed(8)
x = torch.randn(48, 8, 1)
data = TensorDataset(x, x.mean(1))
model = Model()
trainer = L.Trainer(
    max_epochs=4, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False,
    callbacks=[EarlyStopping("validation_loss"), StochasticWeightAveraging(0.01, 0.5)],
)  # fmt: skip
trainer.fit(model, DataLoader(data, 4, shuffle=True), DataLoader(data, 24))
trainer.test(model, DataLoader(data, 24), verbose=False)
updates = trainer.global_step
