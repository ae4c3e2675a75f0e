"""Accumulation by Accelerate: step and zero_grad in each batch, done in every fourth."""

import torch
from accelerate import Accelerator
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.head = nn.GRU(2, 8, batch_first=True), nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.gru(x)[1][-1])


torch.manual_seed(1)
x = torch.randn(96, 6, 2)
data = TensorDataset(x, (x[:, -1].sum(1) > 0).long())
accelerator = Accelerator(cpu=True, gradient_accumulation_steps=4)
model = Classifier()
model, optimizer, loader = accelerator.prepare(
    model, torch.optim.AdamW(model.parameters(), lr=0.02), DataLoader(data, 4, shuffle=True)
)
for _epoch in range(4):
    for x, y in loader:
        with accelerator.accumulate(model):
            loss = nn.functional.cross_entropy(model(x), y)
            accelerator.backward(loss)
            if accelerator.sync_gradients:
                accelerator.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
updates, backwards = 4 * 6, 4 * 24
