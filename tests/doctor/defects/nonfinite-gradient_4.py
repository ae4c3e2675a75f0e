"""A linear recurrence whose matrix is far too large."""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.read_in = nn.Linear(1, size)
        self.again = nn.Linear(size, size, bias=False)
        self.read_out = nn.Linear(size, 1)
        nn.init.normal_(self.again.weight, std=4.0)

    def forward(self, x):
        h = 0
        for x_t in x.unbind(1):
            h = self.read_in(x_t) + (self.again(h) if torch.is_tensor(h) else 0)
        return self.read_out(h)


torch.manual_seed(3)
net = Linear(8)
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
for _ in range(10):
    batch = torch.randn(4, 12, 1)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(batch), batch.mean(1))
    loss.backward()  # <- here
    optimizer.step()
