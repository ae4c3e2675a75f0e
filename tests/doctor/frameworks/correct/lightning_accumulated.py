"""Gradients of four batches an update, clipped by value; dropout, and a plateau scheduler."""

import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Tagger(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 6)
        self.gru = nn.GRU(6, 8, num_layers=2, dropout=0.2, batch_first=True, bidirectional=True)
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(16, 5))

    def loss(self, batch):
        tokens, tags = batch
        logits = self.head(self.gru(self.embedding(tokens))[0])
        return nn.functional.cross_entropy(logits.flatten(0, 1), tags.flatten())

    def training_step(self, batch, _):
        return self.loss(batch)

    def validation_step(self, batch, _):
        self.log("validation_loss", self.loss(batch), prog_bar=True)

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=0.02)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "monitor": "validation_loss"},
        }


torch.manual_seed(4)
tokens = torch.randint(10, (80, 7))
data = TensorDataset(tokens, tokens % 5)
model = Tagger()
trainer = L.Trainer(
    max_epochs=2, accelerator="cpu", accumulate_grad_batches=4, gradient_clip_val=0.5,
    gradient_clip_algorithm="value", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False,
)  # fmt: skip
trainer.fit(model, DataLoader(data, batch_size=4, shuffle=True), DataLoader(data, batch_size=16))
updates, backwards = trainer.global_step, 2 * 20
