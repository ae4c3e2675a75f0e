"""The first hidden state is a parameter, spread over the batch."""

import torch
from torch import nn

torch.manual_seed(51)


class LearnedStart(nn.Module):
    def __init__(self, h=8):
        super().__init__()
        self.start = nn.Parameter(torch.zeros(1, 1, h))
        self.rnn = nn.GRU(1, h, batch_first=True)
        self.lin = nn.Linear(h, 1)

    def forward(self, x):
        h0 = self.start.expand(-1, x.size(0), -1).contiguous()
        return self.lin(self.rnn(x, h0)[0])


net = LearnedStart()
adam = torch.optim.Adam(net.parameters(), lr=0.03)
for _ in range(20):
    x = torch.randn(8, 6, 1) * 0.3
    y = torch.ones(8, 6, 1) + x  # the first output needs the start
    adam.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    adam.step()
