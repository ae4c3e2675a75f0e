"""A sigmoid gate on the hidden units comes before the last Linear, not after it."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(134)
lstm, gate, head = nn.LSTM(1, 12, batch_first=True), nn.Linear(12, 12), nn.Linear(12, 1)
net = nn.ModuleList([lstm, gate, head])
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(50):
    x = torch.randn(12, 7, 1)
    above = (x.cumsum(1)[..., 0] > 0).float()
    out, _ = lstm(x)
    logits = head(out * torch.sigmoid(gate(out))).squeeze(-1)
    loss = F.binary_cross_entropy_with_logits(logits, above)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
