"""The old way to update by hand: p.data.add_ with the gradient, as in torch's first tutorials."""

import torch
from torch import nn

torch.manual_seed(76)


class RNN(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.i2h = nn.Linear(n_in + n_hidden, n_hidden)
        self.h2o = nn.Linear(n_hidden, n_out)
        self.hidden_size = n_hidden

    def forward(self, line, hidden):
        hidden = torch.tanh(self.i2h(torch.cat((line, hidden), 1)))
        return torch.log_softmax(self.h2o(hidden), dim=1), hidden


rnn = RNN(3, 8, 3)
criterion = nn.NLLLoss()


def train(category, lines):
    hidden = torch.zeros(1, rnn.hidden_size)
    rnn.zero_grad()
    for line in lines:
        output, hidden = rnn(line, hidden)
    loss = criterion(output, category)
    loss.backward()
    for p in rnn.parameters():
        p.data.add_(p.grad.data, alpha=-0.1)
    return loss.item()


for _ in range(24):
    category = torch.randint(3, (1,))
    name = nn.functional.one_hot(category, 3).float() + 0.2 * torch.randn(5, 1, 3)
    train(category, name)
