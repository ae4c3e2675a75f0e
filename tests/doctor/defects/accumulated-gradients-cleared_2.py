"""Long sequences in parts: a step after three parts, and net.zero_grad() before each."""

import torch
from torch import nn


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 10)
        self.fc = nn.Linear(10, 1)

    def forward(self, x, h=None):
        out, h = self.gru(x, h)
        return self.fc(out), h


torch.manual_seed(113)
net = Counter()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(20):
    bits = (torch.rand(18, 6, 1) < 0.3).float()
    seen = (bits.cumsum(0) % 2).chunk(3)
    state = None
    for part, wanted in zip(bits.chunk(3), seen, strict=True):
        net.zero_grad()  # <- here
        guess, state = net(part, state)
        loss = nn.functional.mse_loss(guess, wanted) / 3
        loss.backward()
        state = state.detach()
    opt.step()
