"""Features of a GRU go to the head by way of NumPy."""

import torch
from torch import nn

torch.manual_seed(41)
gru = nn.GRU(1, 8, batch_first=True)
head = nn.Linear(8, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)
for _step in range(40):
    x = torch.randn(8, 6, 1)
    y = x[:, -2:].mean(1)
    features, _ = gru(x)
    last = features[:, -1].detach().numpy()  # <- here
    prediction = head(torch.from_numpy(last))
    loss = nn.functional.mse_loss(prediction, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
