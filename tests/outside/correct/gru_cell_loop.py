# expect: nothing
"""A GRUCell in a loop over time, with a prediction at each step."""

import torch
from torch import nn

torch.manual_seed(0)


class CellModel(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.width = width
        self.cell = nn.GRUCell(2, width)
        self.readout = nn.Linear(width, 1)

    def forward(self, x):
        h = x.new_zeros(x.size(0), self.width)
        outputs = []
        for t in range(x.size(1)):
            h = self.cell(x[:, t], h)
            outputs.append(self.readout(h))
        return torch.stack(outputs, dim=1)


model = CellModel()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(80):
    x = torch.randn(24, 15, 2)
    running_mean = x[..., :1].cumsum(1) / torch.arange(1, 16).view(1, -1, 1)
    loss = ((model(x) - running_mean) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 19:
        print(step, round(loss.item(), 4))
