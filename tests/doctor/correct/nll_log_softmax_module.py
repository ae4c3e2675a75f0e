"""nn.LogSoftmax at the end of the model and nn.NLLLoss outside."""

import torch
from torch import nn

torch.manual_seed(112)


class Namer(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(3, 8)
        self.top = nn.Linear(8, 3)
        self.log_softmax = nn.LogSoftmax(dim=1)

    def forward(self, x):
        h = torch.zeros(x.size(0), 8)
        for xt in x.unbind(1):
            h = self.cell(xt, h)
        return self.log_softmax(self.top(h))


namer, nll = Namer(), nn.NLLLoss()
opt = torch.optim.SGD(namer.parameters(), lr=0.3)
for _ in range(20):
    x = torch.randn(8, 5, 3)
    y = x[:, -1].argmax(1)
    namer.zero_grad()
    nll(namer(x), y).backward()
    opt.step()
