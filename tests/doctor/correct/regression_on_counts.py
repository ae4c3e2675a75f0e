"""How many beats a sequence has is a number, so mean squared error is right for it."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(202)
x = (torch.rand(120, 10, 1) < torch.rand(120, 1, 1)).float()
count = x.sum(1).long()
loader = DataLoader(TensorDataset(x, count), batch_size=12, shuffle=True)
rnn, head = nn.GRU(1, 16, batch_first=True), nn.Linear(16, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
for _epoch in range(5):
    for xb, beats in loader:
        optimizer.zero_grad()
        prediction = head(rnn(xb)[1][-1])
        loss = nn.functional.mse_loss(prediction, beats.float())
        loss.backward()
        optimizer.step()
