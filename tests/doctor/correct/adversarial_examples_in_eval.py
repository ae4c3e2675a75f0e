"""Each batch is made harder first: by the gradient of the inputs, in evaluation mode."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.drop = nn.GRU(2, 12, batch_first=True), nn.Dropout(0.3)
        self.out = nn.Linear(12, 2)

    def forward(self, x):
        return self.out(self.drop(self.rnn(x)[0][:, -1]))


torch.manual_seed(4)
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(20):
    x = torch.randn(16, 8, 2)
    y = (x[:, -1, 0] > 0).long()
    net.eval()
    probe = x.clone().requires_grad_()
    cross_entropy(net(probe), y).backward()
    net.train()
    optimizer.zero_grad()
    loss = cross_entropy(net(x + 0.05 * probe.grad.sign()), y)
    loss.backward()
    optimizer.step()
