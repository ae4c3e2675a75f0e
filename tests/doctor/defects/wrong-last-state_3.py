"""Two layers of an LSTM, and the head reads h_n[0], the state of the lower one."""

import torch
from torch import nn


class TwoLayers(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 12, num_layers=2)
        self.fc = nn.Linear(12, 3)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.fc(h_n[0])  # <- here


torch.manual_seed(15)
net = TwoLayers()
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(40):
    x = torch.randn(8, 12, 3)
    y = x[-1].argmax(-1)
    opt.zero_grad()
    loss = nn.functional.cross_entropy(net(x), y)
    loss.backward()
    opt.step()
