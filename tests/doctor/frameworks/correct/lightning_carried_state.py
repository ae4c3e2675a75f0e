"""A stream in the order of time; the module carries the state of its LSTM from batch to batch."""

import lightning as L
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


class Stream(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.LSTM(1, 12, batch_first=True)
        self.out = torch.nn.Linear(12, 1)
        self.state = None

    def on_train_epoch_start(self):
        self.state = None

    def training_step(self, batch, _):
        inputs, targets = batch
        outputs, state = self.rnn(inputs, self.state)
        self.state = tuple(part.detach() for part in state)
        return F.mse_loss(self.out(outputs), targets)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.01)


torch.manual_seed(2)
rows, length = 4, 8
series = torch.sin(0.3 * torch.arange(rows * 15 * length + 1)).view(-1, 1)
# Batch k holds piece k of each of four long rows: one goes on where the one before stopped.
inputs, targets = (
    part.view(rows, 15, length, 1).transpose(0, 1).flatten(0, 1)
    for part in (series[:-1], series[1:])
)
model = Stream()
trainer = L.Trainer(
    max_epochs=3, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False, gradient_clip_val=1.0,
)  # fmt: skip
trainer.fit(model, DataLoader(TensorDataset(inputs, targets), batch_size=rows, shuffle=False))
updates = trainer.global_step
