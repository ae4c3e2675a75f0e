"""Time first and both directions: out[-1] has a backward half of one step."""

import torch
from torch import nn


class Direction(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(1, 10, bidirectional=True)
        self.fc = nn.Linear(20, 1)

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.fc(out[-1]).squeeze(-1)  # <- here


torch.manual_seed(17)
net = Direction()
opt = torch.optim.RMSprop(net.parameters(), lr=0.005)
for _ in range(40):
    x = torch.randn(10, 12, 1)
    y = (x[0] > x[-1]).float().squeeze(-1)
    opt.zero_grad()
    loss = nn.functional.binary_cross_entropy_with_logits(net(x), y)
    loss.backward()
    opt.step()
