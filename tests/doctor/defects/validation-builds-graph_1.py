"""eval() is taken for no_grad()."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 8, batch_first=True)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        return self.head(self.drop(self.rnn(x)[0][:, -1]))


torch.manual_seed(0)
x = torch.randn(60, 8, 1)
y = x.mean(1)
train_loader = DataLoader(TensorDataset(x[:40], y[:40]), batch_size=4, shuffle=True)
validation_loader = DataLoader(TensorDataset(x[40:], y[40:]), batch_size=4)
model, loss_fn = Net(), nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _epoch in range(2):
    model.train()
    for xb, yb in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
    model.eval()
    validation_loss = 0.0
    for xb, yb in validation_loader:
        predictions = model(xb)  # <- here
        validation_loss += loss_fn(predictions, yb).item() / len(validation_loader)
