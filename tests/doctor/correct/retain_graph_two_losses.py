"""Two losses of one batch share the forward pass; the first backward keeps the graph."""

import torch
from torch import nn

torch.manual_seed(79)
gru = nn.GRU(1, 8, batch_first=True)
value, sign = nn.Linear(8, 1), nn.Linear(8, 1)
model = nn.ModuleList([gru, value, sign])
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for _ in range(20):
    x = torch.randn(8, 6, 1)
    mean = x.mean(1)
    features = gru(x)[0][:, -1]
    value_loss = nn.functional.mse_loss(value(features), mean)
    sign_loss = nn.functional.binary_cross_entropy_with_logits(sign(features), (mean > 0).float())
    optimizer.zero_grad()
    value_loss.backward(retain_graph=True)
    sign_loss.backward()
    optimizer.step()
