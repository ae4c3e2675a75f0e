"""Manual optimization: a GRU classifier, a scheduler, clipping asked for by the module itself."""

import lightning
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Classifier(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.gru, self.head = nn.GRU(3, 8, batch_first=True), nn.Linear(8, 4)
        self.loss_fn = nn.CrossEntropyLoss()

    def forward(self, x):
        _, h = self.gru(x)
        return self.head(h[-1])

    def training_step(self, batch, batch_idx):
        opt = self.optimizers()
        x, y = batch
        loss = self.loss_fn(self(x), y)
        opt.zero_grad()
        self.manual_backward(loss)
        self.clip_gradients(opt, gradient_clip_val=0.5, gradient_clip_algorithm="norm")
        opt.step()

    def on_train_epoch_end(self):
        self.lr_schedulers().step()

    def validation_step(self, batch, batch_idx):
        x, y = batch
        self.log("accuracy", (self(x).argmax(1) == y).float().mean())

    def configure_optimizers(self):
        opt = torch.optim.AdamW(self.parameters(), lr=0.02)
        return [opt], [torch.optim.lr_scheduler.StepLR(opt, 1, gamma=0.5)]


torch.manual_seed(1)
x = torch.randn(64, 6, 3)
y = (x.mean(1).sum(1) * 3).round().long() % 4
loader = DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True)
model = Classifier()
trainer = lightning.Trainer(
    max_epochs=3, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False,
)  # fmt: skip
trainer.fit(model, loader, DataLoader(TensorDataset(x[:16], y[:16]), batch_size=8))
updates = trainer.global_step
