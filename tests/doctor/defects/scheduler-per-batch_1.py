"""A tenth of the rate every two epochs was the plan; the scheduler is stepped with each batch."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(91)
x = torch.randn(120, 8, 1)
loader = DataLoader(TensorDataset(x, x.cumsum(1) / 3), batch_size=10, shuffle=True)
rnn, head = nn.RNN(1, 12, batch_first=True), nn.Linear(12, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
for _epoch in range(5):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(head(rnn(xb)[0]), yb)
        loss.backward()
        optimizer.step()
        scheduler.step()  # <- here
