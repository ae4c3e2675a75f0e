"""Four sensors in the recording, three in the model."""

import torch
from torch import nn

torch.manual_seed(0)
recording = torch.randn(64, 12, 4)
alarm = (recording[..., 0].mean(1, keepdim=True) > 0).float()
gru = nn.GRU(input_size=3, hidden_size=10, batch_first=True)
head = nn.Linear(10, 1)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.01)
loss_fn = nn.BCEWithLogitsLoss()
for _ in range(3):
    for idx in torch.randperm(64).split(16):
        optimizer.zero_grad()
        outputs, _ = gru(recording[idx])  # <- here
        loss = loss_fn(head(outputs[:, -1]), alarm[idx])
        loss.backward()
        optimizer.step()
