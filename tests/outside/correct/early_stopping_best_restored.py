# expect: nothing
"""Stops when validation has not fallen for three epochs, and takes the best weights back."""

import copy

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(120, 10, 4)
y = x[:, :, 0].mean(1, keepdim=True) + torch.randn(120, 1) / 5
x_train, y_train, x_valid, y_valid = x[:80], y[:80], x[80:], y[80:]


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(4, 32, batch_first=True)
        self.drop = nn.Dropout(0.1)
        self.fc = nn.Linear(32, 1)

    def forward(self, x):
        return self.fc(self.drop(self.gru(x)[0][:, -1]))


model, criterion = Small(), nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
best, best_state, patience = float("inf"), None, 3
for epoch in range(40):
    model.train()
    for rows in torch.randperm(80).split(16):
        optimizer.zero_grad()
        loss = criterion(model(x_train[rows]), y_train[rows])
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        valid = criterion(model(x_valid), y_valid).item()
    print(epoch, round(valid, 4))
    if valid < best:
        best, best_state, patience = valid, copy.deepcopy(model.state_dict()), 3
    else:
        patience -= 1
        if patience == 0:
            break
model.load_state_dict(best_state)
with torch.no_grad():
    print("restored", round(best, 4), round(criterion(model(x_valid), y_valid).item(), 4))
