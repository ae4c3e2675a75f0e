# expect: scheduler-per-batch
# line: 35
# source: https://github.com/Lornatang/SRGAN-PyTorch/issues/1
import torch
from torch import nn
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
EPOCHS = 8
x = torch.randn(400, 12, 2)
y = (x[:, :, :1] * x[:, :, 1:]).cumsum(1)[:, -1] / 4


class Product(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 24, batch_first=True)
        self.fc = nn.Linear(24, 1)

    def forward(self, x):
        return self.fc(self.gru(x)[1][0])


model = Product()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
scheduler = StepLR(optimizer, step_size=EPOCHS // 2, gamma=0.1)
for _epoch in range(EPOCHS):
    total = 0
    for a, b in DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True):
        loss = nn.functional.mse_loss(model(a), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        total += loss.item()
    print(round(total / 20, 4), optimizer.param_groups[0]["lr"])
