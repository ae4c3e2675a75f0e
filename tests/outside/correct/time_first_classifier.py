# expect: nothing
"""Everything time first, as the layers have it by default; the last step is `out[-1]`."""

import torch
import torch.nn.functional as F
from torch import nn, optim

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 24)
        self.out = nn.Linear(24, 4)

    def forward(self, x):
        out, _ = self.rnn(x)
        return F.log_softmax(self.out(out[-1]), dim=1)


def batch(count=40, length=12):
    x = torch.randn(length, count, 3)
    quarter = (x[..., 0].sum(0) > 0).long() * 2 + (x[..., 1].sum(0) > 0).long()
    return x, quarter


net = Net()
optimizer = optim.RMSprop(net.parameters(), lr=0.01)
for step in range(100):
    x, y = batch()
    optimizer.zero_grad()
    loss = F.nll_loss(net(x), y)
    loss.backward()
    optimizer.step()
    if step % 25 == 24:
        print(step, round(loss.item(), 3))
