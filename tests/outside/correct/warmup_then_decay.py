# expect: nothing
"""Twenty steps of warm-up from almost nothing, then a decay with the root of the step."""

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

torch.manual_seed(0)
WARMUP = 20


class Adder(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(2, 32, batch_first=True)
        self.out = nn.Linear(32, 1)

    def forward(self, x):
        return self.out(self.rnn(x)[0][:, -1])


def adding(count=32, length=10):
    values, marks = torch.rand(count, length), torch.zeros(count, length)
    places = torch.stack([torch.randperm(length)[:2] for _ in range(count)])
    marks.scatter_(1, places, 1.0)
    return torch.stack([values, marks], -1), (values * marks).sum(1, keepdim=True)


model = Adder()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
scheduler = LambdaLR(optimizer, lambda s: min((s + 1) / WARMUP, (WARMUP / (s + 1)) ** 0.5))
for step in range(200):
    x, y = adding()
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if step % 50 == 49:
        print(step, round(optimizer.param_groups[0]["lr"], 4), round(loss.item(), 4))
