# expect: nothing
"""ReduceLROnPlateau is told the validation loss once an epoch."""

import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

torch.manual_seed(0)
t = torch.arange(600.0)
wave = torch.sin(t / 5) * torch.cos(t / 17)
parts = wave.unfold(0, 21, 1).unsqueeze(-1)
train, valid = parts[:450], parts[470:]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 24, batch_first=True)
        self.fc = nn.Linear(24, 1)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


net, criterion = Net(), nn.MSELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.8)
scheduler = ReduceLROnPlateau(optimizer, factor=0.3, patience=1)
for epoch in range(10):
    net.train()
    for rows in torch.randperm(len(train)).split(50):
        part = train[rows]
        optimizer.zero_grad()
        loss = criterion(net(part[:, :-1]), part[:, 1:])
        loss.backward()
        torch.nn.utils.clip_grad_value_(net.parameters(), 0.5)
        optimizer.step()
    net.eval()
    with torch.no_grad():
        val_loss = criterion(net(valid[:, :-1]), valid[:, 1:])
    scheduler.step(val_loss)
    print(epoch, round(loss.item(), 4), round(val_loss.item(), 4))
