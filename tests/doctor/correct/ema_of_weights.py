"""An exponential moving average of the weights, used for evaluation."""

import copy

import torch
from torch import nn

torch.manual_seed(97)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 8, batch_first=True)
        self.fc = nn.Linear(8, 1)

    def forward(self, x):
        return self.fc(self.gru(x)[1][0])


model = Net()
shadow = copy.deepcopy(model).requires_grad_(False).eval()
opt = torch.optim.Adam(model.parameters(), lr=0.03)
for n in range(20):
    x = torch.randn(8, 6, 1)
    loss = nn.functional.mse_loss(model(x), x.mean(1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    with torch.no_grad():
        for slow, fast in zip(shadow.parameters(), model.parameters(), strict=True):
            slow.lerp_(fast, 0.1)
    if n % 10 == 9:
        with torch.no_grad():
            check = nn.functional.mse_loss(shadow(x), x.mean(1)).item()
