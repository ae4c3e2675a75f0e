"""The cell's step is a scripted function inside an ordinary module."""

import torch
from torch import Tensor, nn


@torch.jit.script
def step(x: Tensor, h: Tensor, w: Tensor, u: Tensor, b: Tensor) -> Tensor:
    return torch.tanh(x @ w + h @ u + b)


class Scripted(nn.Module):
    def __init__(self, h=8):
        super().__init__()
        self.w = nn.Parameter(torch.randn(1, h) * 0.5)
        self.u = nn.Parameter(torch.randn(h, h) * 0.3)
        self.b = nn.Parameter(torch.zeros(h))
        self.fc = nn.Linear(h, 1)

    def forward(self, x):
        h = torch.zeros(x.size(0), self.u.size(0))
        for t in range(x.size(1)):
            h = step(x[:, t], h, self.w, self.u, self.b)
        return self.fc(h)


torch.manual_seed(66)
model = Scripted()
optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
for _ in range(16):
    x = torch.randn(8, 5, 1)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), x[:, -1])
    loss.backward()
    optimizer.step()
