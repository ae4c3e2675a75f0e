"""A bidirectional GRU with a softmax over time; that softmax is attention, not the answer."""

import torch
from torch import nn

torch.manual_seed(136)


class Attentive(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 4, bidirectional=True, batch_first=True)
        self.attention = nn.Linear(8, 1)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        h, _ = self.gru(x)
        weight = self.attention(h).softmax(dim=1)  # over time
        return self.fc((weight * h).sum(1))


net = Attentive()
opt = torch.optim.Adam(net.parameters(), lr=0.04)
for _ in range(20):
    x = torch.randn(8, 7, 2)
    y = (x[..., 0].mean(1) > 0).long()
    loss = nn.functional.cross_entropy(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
