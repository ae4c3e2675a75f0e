"""SGD with a closure that clips before it returns the loss."""

import torch
from torch import nn

torch.manual_seed(20)


class Job:
    def __init__(self):
        self.rnn = nn.RNN(2, 8, nonlinearity="relu", batch_first=True)
        self.lin = nn.Linear(8, 1)
        self.params = [*self.rnn.parameters(), *self.lin.parameters()]
        self.opt = torch.optim.SGD(self.params, lr=0.1)

    def loss(self):
        value, gate = self.x.unbind(-1)
        wanted = (value * gate).mean(1, keepdim=True)
        return nn.functional.smooth_l1_loss(self.lin(self.rnn(self.x)[0][:, -1]), wanted)

    def closure(self):
        self.opt.zero_grad()
        loss = self.loss()
        loss.backward()
        nn.utils.clip_grad_norm_(self.params, 0.5)
        return loss

    def run(self, n):
        for _ in range(n):
            self.x = torch.rand(8, 7, 2)
            self.opt.step(self.closure)


Job().run(20)
