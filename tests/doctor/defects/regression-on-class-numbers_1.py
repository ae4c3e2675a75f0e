"""Five kinds of rhythm, and the number of the kind is fitted with mean squared error."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(201)
labels = torch.randint(5, (120,))
x = torch.sin(torch.arange(10) * (labels[:, None] + 1) / 3) + 0.1 * torch.randn(120, 10)
loader = DataLoader(TensorDataset(x.unsqueeze(-1), labels), batch_size=12, shuffle=True)
rnn, head = nn.GRU(1, 16, batch_first=True), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(5):
    for xb, label in loader:
        optimizer.zero_grad()
        prediction = head(rnn(xb)[1][-1])
        loss = nn.functional.mse_loss(prediction, label.float().unsqueeze(1))  # <- here
        loss.backward()
        optimizer.step()
