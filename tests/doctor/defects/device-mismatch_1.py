"""The model has been moved, the data have not; the device is meta, as no other is at hand."""

import torch
from torch import nn

device = torch.device("meta")
torch.manual_seed(0)
x = torch.randn(32, 8, 1)
rnn = nn.RNN(1, 8, batch_first=True).to(device)
head = nn.Linear(8, 1).to(device)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for batch in x.split(4):
    optimizer.zero_grad()
    outputs, _ = rnn(batch)  # <- here
    loss = nn.functional.mse_loss(head(outputs[:, -1]), batch.mean(1).to(device))
    loss.backward()
    optimizer.step()
