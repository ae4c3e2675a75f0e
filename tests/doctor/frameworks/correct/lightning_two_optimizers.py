"""Two optimizers in turn, by hand: the encoder and the readout each have their own."""

import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Pair(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.encoder, self.readout = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)

    def training_step(self, batch, _):
        slow, fast = self.optimizers()
        inputs, targets = batch
        slow.zero_grad()
        fast.zero_grad()
        outputs, _ = self.encoder(inputs)
        self.manual_backward(nn.functional.mse_loss(self.readout(outputs[:, -1]), targets))
        slow.step()
        fast.step()

    def configure_optimizers(self):
        return (
            torch.optim.SGD(self.encoder.parameters(), lr=0.01, momentum=0.9),
            torch.optim.Adam(self.readout.parameters(), lr=0.01),
        )


torch.manual_seed(5)
inputs = torch.randn(60, 9, 1)
model = Pair()
trainer = L.Trainer(
    max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False,
)  # fmt: skip
trainer.fit(model, DataLoader(TensorDataset(inputs, inputs.mean(1)), batch_size=5, shuffle=True))
updates, backwards = trainer.global_step, 2 * 12
