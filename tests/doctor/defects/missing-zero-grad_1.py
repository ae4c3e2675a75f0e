"""A sine wave with an RNN and plain SGD."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
windows = torch.sin(torch.arange(0, 60, 0.2)).unfold(0, 11, 6)[:40]
loader = DataLoader(TensorDataset(windows[:, :-1, None], windows[:, 1:, None]), 4, shuffle=True)
rnn = nn.RNN(1, 8, batch_first=True)
head = nn.Linear(8, 1)
optimizer = torch.optim.SGD([*rnn.parameters(), *head.parameters()], lr=0.05)

for _epoch in range(2):
    for x, y in loader:
        outputs, _ = rnn(x)
        loss = nn.functional.mse_loss(head(outputs), y)
        loss.backward()  # <- here
        optimizer.step()
