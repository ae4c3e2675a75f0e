"""By hand: a model's zero_grad, which leaves zeros, between backward and the update."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.RNN(1, 8, batch_first=True), nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.rnn(x)[1][-1])


torch.manual_seed(225)
net = Net()
for _step in range(20):
    x = torch.randn(10, 6, 1)
    y = (x.sum((1, 2)) > 0).long()
    loss = nn.functional.cross_entropy(net(x), y)
    loss.backward()
    net.zero_grad(set_to_none=False)  # <- here
    for p in net.parameters():
        p.data -= 0.1 * p.grad
