"""One update an epoch: the gradients of all the chunks are added up first."""

import torch
from torch import nn

torch.manual_seed(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rec = nn.GRU(1, 6, batch_first=True)
        self.lin = nn.Linear(6, 1)

    def forward(self, inp, hid):
        out, hid = self.rec(inp, hid)
        return self.lin(out), hid


wave = torch.sin(torch.linspace(0, 30, 101)).repeat(3, 1)[..., None]
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(3):
    opt.zero_grad()
    hid = torch.zeros(1, 3, 6)
    for start in range(0, 100, 10):
        pred, hid = net(wave[:, start : start + 10], hid)
        target = wave[:, start + 1 : start + 11]
        loss = nn.functional.mse_loss(pred, target) / 10
        loss.backward(retain_graph=True)  # <- here
    opt.step()
