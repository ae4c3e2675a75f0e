"""After each epoch: which time steps matter, by the gradient of the inputs in evaluation mode."""

import torch
from torch import nn
from torch.autograd import grad
from torch.nn.functional import mse_loss


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.drop = nn.LSTM(1, 12, batch_first=True), nn.Dropout(0.2)
        self.out = nn.Linear(12, 1)

    def forward(self, x):
        return self.out(self.drop(self.rnn(x)[0][:, -1]))


torch.manual_seed(5)
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
x = torch.randn(96, 9, 1)
y = x[:, -2:].mean(1)
for _ in range(3):
    net.train()
    for rows in torch.randperm(80).split(16):
        optimizer.zero_grad()
        mse_loss(net(x[rows]), y[rows]).backward()
        optimizer.step()
    net.eval()
    for row in range(80, 90):
        probe = x[row : row + 1].clone().requires_grad_()
        (matters,) = grad(net(probe).sum(), probe)
