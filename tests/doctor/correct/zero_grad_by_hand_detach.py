"""The old idiom: p.grad.detach_() and p.grad.zero_() for all, after each step."""

import torch

torch.manual_seed(58)


class Old:
    def __init__(self):
        self.rnn = torch.nn.GRU(1, 8)
        self.fc = torch.nn.Linear(8, 2)

    def parameters(self):
        return [*self.rnn.parameters(), *self.fc.parameters()]

    def __call__(self, x):
        return self.fc(self.rnn(x)[1].squeeze(0))


m = Old()
opt = torch.optim.Adagrad(m.parameters(), lr=0.1)
crit = torch.nn.CrossEntropyLoss()
for _ in range(24):
    x = torch.randn(6, 8, 1)
    y = (x[-1, :, 0] > 0).long()
    loss = crit(m(x), y)
    loss.backward()
    opt.step()
    for p in m.parameters():
        p.grad.detach_()
        p.grad.zero_()
