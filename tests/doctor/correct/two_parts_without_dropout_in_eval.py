"""Two parts are left in evaluation mode; neither has dropout or batch norm, so it is harmless."""

import torch
from torch import nn

torch.manual_seed(222)
encoder, readout = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)
optimizer = torch.optim.Adam([*encoder.parameters(), *readout.parameters()], lr=0.01)
x = torch.randn(10, 4, 6, 1)
for _epoch in range(2):
    for batch in x:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(readout(encoder(batch)[0][:, -1]), batch.mean(1))
        loss.backward()
        optimizer.step()
    encoder.eval()
    readout.eval()
    with torch.no_grad():
        readout(encoder(x[0])[0][:, -1])
