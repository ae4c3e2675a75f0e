"""Truncated BPTT by hand: several updates in a training step; the state becomes a list."""

import lightning.pytorch as pl
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class LitRNN(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.lstm = nn.LSTM(1, 8, batch_first=True)
        self.linear = nn.Linear(8, 1)

    def training_step(self, batch, batch_idx):
        optimizer = self.optimizers()
        hiddens = None
        for x, y in zip(*(part.split(10, dim=1) for part in batch), strict=True):
            out, hiddens = self.lstm(x, hiddens)
            loss = nn.functional.mse_loss(self.linear(out), y)
            optimizer.zero_grad()
            self.manual_backward(loss)
            optimizer.step()
            hiddens = [h.detach() for h in hiddens]

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.01)


torch.manual_seed(3)
waves = torch.sin(0.4 * torch.arange(31) + 6 * torch.rand(32, 1))[..., None]
model = LitRNN()
trainer = pl.Trainer(
    max_epochs=3, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False,
)  # fmt: skip
trainer.fit(model, DataLoader(TensorDataset(waves[:, :-1], waves[:, 1:]), 8, shuffle=True))
updates = trainer.global_step
