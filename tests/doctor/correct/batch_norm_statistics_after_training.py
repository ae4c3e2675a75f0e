"""No gradients, train mode, outputs thrown away: batch norm's averages are taken anew."""

import torch
from torch import nn

torch.manual_seed(140)
x = torch.randn(120, 8, 2)
y = (x[:, -1].sum(1) > 0).long()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(2, 12, batch_first=True)
        self.bn = nn.BatchNorm1d(12)
        self.fc = nn.Linear(12, 2)

    def forward(self, seq):
        return self.fc(self.bn(self.rnn(seq)[0][:, -1]))


model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(5):
    for idx in torch.randperm(90).split(10):
        loss = nn.functional.cross_entropy(model(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
model.bn.reset_running_stats()
with torch.no_grad():
    for idx in torch.randperm(90).split(30):
        model(x[idx])
    model.eval()
    accuracy = (model(x[90:]).argmax(1) == y[90:]).float().mean().item()
