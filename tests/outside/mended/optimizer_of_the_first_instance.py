# expect: nothing
# line: -
# source: https://github.com/spro/practical-pytorch/issues/9
import torch
from torch import nn

torch.manual_seed(0)


class NameRNN(nn.Module):
    def __init__(self, letters, hidden, nations):
        super().__init__()
        self.hidden = hidden
        self.i2h = nn.Linear(letters + hidden, hidden)
        self.h2o = nn.Linear(hidden, nations)

    def forward(self, name):
        h = name.new_zeros(name.size(1), self.hidden)
        for letter in name:
            h = torch.tanh(self.i2h(torch.cat([letter, h], 1)))
        return torch.log_softmax(self.h2o(h), 1)


rnn = NameRNN(6, 32, 3)
optimizer = torch.optim.SGD(rnn.parameters(), lr=0.1)
criterion = nn.NLLLoss()

for k in range(300):
    letters = torch.randint(0, 6, (5, 8))
    name = nn.functional.one_hot(letters, 6).float()
    nation = letters[-1] // 2
    loss = criterion(rnn(name), nation)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if k % 50 == 49:
        print(k, round(loss.item(), 3))
