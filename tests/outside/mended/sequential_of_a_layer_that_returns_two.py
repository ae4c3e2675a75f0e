# expect: nothing
# line: -
# source: https://github.com/pytorch/pytorch/issues/3349
import torch
from torch import nn

torch.manual_seed(0)


class FirstOf(nn.Module):
    def forward(self, pair):
        return pair[0]


model = nn.Sequential(
    nn.LSTM(1, 16, batch_first=True),
    FirstOf(),
    nn.Linear(16, 1),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
wave = torch.sin(torch.arange(0, 50, 0.25)).unfold(0, 13, 1).unsqueeze(-1)
for _epoch in range(15):
    for part in wave.split(32):
        prediction = model(part[:, :-1])
        loss = nn.functional.mse_loss(prediction, part[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(round(loss.item(), 4))
