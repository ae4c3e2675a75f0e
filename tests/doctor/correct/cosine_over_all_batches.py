"""A cosine fall of the rate, stepped with each batch and as long as all the batches."""

import torch
from torch import nn

torch.manual_seed(94)
sequences = torch.randn(70, 9, 2)
lstm, fc = nn.LSTM(2, 12, batch_first=True), nn.Linear(12, 2)
optimizer = torch.optim.Adam([*lstm.parameters(), *fc.parameters()], lr=0.03)
epochs, per_epoch = 8, 7
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs * per_epoch)
for _epoch in range(epochs):
    for batch in sequences[torch.randperm(70)].split(10):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(fc(lstm(batch)[0][:, -1]), batch[:, -1])
        loss.backward()
        optimizer.step()
        schedule.step()
