# expect: nothing
"""Noise that dies out is added to the gradient between backward and the step."""

import torch
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(2, 24, batch_first=True)
        self.fc = nn.Linear(24, 2)

    def forward(self, x):
        return self.fc(self.rnn(x)[0][:, -1])


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.5)
for step in range(150):
    x = torch.randn(32, 8, 2)
    y = (x[:, -2:, 0].sum(1) > 0).long()
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(x), y)
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    deviation = (0.01 / (1 + step) ** 0.55) ** 0.5
    for p in net.parameters():
        p.grad.add_(torch.randn_like(p.grad), alpha=deviation)
    optimizer.step()
    if step % 50 == 49:
        print(step, round(loss.item(), 3))
