"""A state carried on purpose through a stream."""

import torch
from accelerate import Accelerator
from torch import nn


class Stream(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.out = nn.GRU(1, 10, batch_first=True), nn.Linear(10, 1)

    def forward(self, x, h=None):
        y, h = self.rnn(x, h)
        return self.out(y), h


torch.manual_seed(2)
accelerator = Accelerator(cpu=True)
net = Stream()
model, opt = accelerator.prepare(net, torch.optim.Adam(net.parameters(), lr=0.01))
series = torch.sin(0.3 * torch.arange(4 * 120 + 1))
xs, ys = (part.view(4, 12, 10, 1).unbind(1) for part in (series[:-1], series[1:]))
updates = 0
for _epoch in range(2):
    hidden = None
    for x, y in zip(xs, ys, strict=True):
        prediction, hidden = model(x, hidden)
        hidden = hidden.detach()
        accelerator.backward(torch.nn.functional.mse_loss(prediction, y))
        opt.step()
        opt.zero_grad()
        updates += 1
