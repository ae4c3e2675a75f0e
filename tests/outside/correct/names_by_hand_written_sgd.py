# expect: nothing
"""The names of the classification tutorial: one example at a time, weights moved by hand."""

import torch
from torch import nn

torch.manual_seed(0)
RATE, LETTERS, HIDDEN = 0.05, 5, 24


class RNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.i2h = nn.Linear(LETTERS + HIDDEN, HIDDEN)
        self.h2o = nn.Linear(HIDDEN, 2)
        self.softmax = nn.LogSoftmax(dim=1)

    def forward(self, letter, hidden):
        hidden = torch.tanh(self.i2h(torch.cat((letter, hidden), 1)))
        return self.softmax(self.h2o(hidden)), hidden


rnn, criterion = RNN(), nn.NLLLoss()


def train(category, line):
    hidden = torch.zeros(1, HIDDEN)
    rnn.zero_grad()
    for letter in line:
        output, hidden = rnn(letter, hidden)
    loss = criterion(output, category)
    loss.backward()
    for p in rnn.parameters():
        p.data.add_(p.grad.data, alpha=-RATE)
    return loss.item()


current = 0.0
for k in range(1, 601):
    name = torch.randint(0, LETTERS, (int(torch.randint(2, 7, ())),))
    line = nn.functional.one_hot(name, LETTERS).float().unsqueeze(1)
    current += train((name[-1:] > 1).long(), line)
    if k % 150 == 0:
        print(k, round(current / 150, 3))
        current = 0.0
