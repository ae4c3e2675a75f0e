"""The validation loss of an epoch is added up with the graphs of all its batches."""

import torch
from torch import nn

torch.manual_seed(4)
x = torch.randn(60, 6, 1)
y = x.mean(1)
rnn, head = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 1)
model = nn.ModuleList([rnn, head])
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(3):
    model.train()
    for i in range(0, 20, 5):
        loss = nn.functional.mse_loss(head(rnn(x[i : i + 5])[0][:, -1]), y[i : i + 5])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    total = torch.zeros(())
    for i in range(20, 60, 5):
        prediction = head(rnn(x[i : i + 5])[0][:, -1])
        total += nn.functional.mse_loss(prediction, y[i : i + 5])  # <- here
    print((total / 8).item())
