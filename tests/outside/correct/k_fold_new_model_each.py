# expect: nothing
"""Five folds: for each a model and an optimizer of its own, and a score on what was left out."""

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(200, 8, 2)
y = (x[..., 0] * x[..., 1]).sum(1).gt(0).float()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 24, batch_first=True)
        self.fc = nn.Linear(24, 1)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1]).squeeze(-1)


def fit(rows):
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    criterion = nn.BCEWithLogitsLoss()
    for _epoch in range(12):
        for batch in rows[torch.randperm(len(rows))].split(32):
            optimizer.zero_grad()
            loss = criterion(model(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
    return model.eval(), loss.item()


folds = torch.randperm(200).chunk(5)
for k, held_out in enumerate(folds):
    model, loss = fit(torch.cat([fold for j, fold in enumerate(folds) if j != k]))
    with torch.no_grad():
        right = ((model(x[held_out]) > 0).float() == y[held_out]).float().mean().item()
    print(k, round(loss, 3), round(right, 3))
