# expect: nothing
"""Next item of a session, by pairs: what was chosen should score above what was not (BPR)."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
ITEMS = 40


class SessionGRU(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.items = nn.Embedding(ITEMS, width)
        self.gru = nn.GRU(width, width, batch_first=True)
        self.bias = nn.Embedding(ITEMS, 1)
        nn.init.zeros_(self.bias.weight)

    def forward(self, session):
        return self.gru(self.items(session))[0]

    def score(self, state, item):
        return (state * self.items(item)).sum(-1) + self.bias(item).squeeze(-1)


model = SessionGRU()
optimizer = torch.optim.Adagrad(model.parameters(), lr=0.1)
for step in range(120):
    begin = torch.randint(0, ITEMS, (24, 1))
    session = (begin + torch.arange(7) * 2) % ITEMS
    state = model(session[:, :-1])
    chosen, other = session[:, 1:], torch.randint(0, ITEMS, (24, 6))
    loss = -F.logsigmoid(model.score(state, chosen) - model.score(state, other)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 40 == 39:
        print(step, round(loss.item(), 3))
