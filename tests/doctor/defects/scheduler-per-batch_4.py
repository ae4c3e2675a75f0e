"""StepLR(1, 0.5) halves the rate with each batch, as step() stands one level too deep."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(97)
x = torch.randn(96, 6, 2)
y = (x[:, :, 0].sum(1) > x[:, :, 1].sum(1)).float()
loader = DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True)
gru, fc = nn.GRU(2, 12, batch_first=True), nn.Linear(12, 1)
optimizer = torch.optim.SGD([*gru.parameters(), *fc.parameters()], lr=0.1, momentum=0.9)
lr_scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
for _epoch in range(5):
    for xb, yb in loader:
        score = fc(gru(xb)[0][:, -1]).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(score, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        lr_scheduler.step()  # <- here
